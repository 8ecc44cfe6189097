"""The page on which an agenda is looked at before it is sent: as its readers will see it, and who they are."""

from dataclasses import dataclass
from functools import cached_property

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.history.events import AgendaSentOut
from cases.refusals import StaleAgenda
from cases.village.forum.convening.inviting import key_of
from cases.village.forum.finding import require_at_table
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.on_a_page import AtTable, at_table
from cases.village.forum.reading.shown import AgendaShown, MeetingStage
from cases.village.forum.sending import send_agenda
from notifications.audiences.preview import addresses_told
from web.current import current, right_now, today
from web.language.gettext import gettext, ngettext
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.agenda_rows import AgendaRow, lines_to_choose
from web.pages.village.forum.blueprint import bp, require_act
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

NEVER = -1  # the revision of an agenda that a form without one has read


@dataclass(frozen=True)
class Readers:
    """Who is invited to a meeting: `told` has the normalised addresses that get a letter, `own` is the reader's."""

    people: list[AtTable]
    told: frozenset[str]
    own: str

    @property
    def count(self) -> int:
        """How many letters are sent."""
        return len(self.told)

    @cached_property
    def names(self) -> list[str]:
        """The names of those who get a letter."""
        return [one.name for one in self.people if key_of(one.email) in self.told]

    @cached_property
    def without(self) -> list[str]:
        """The names of those whom no letter reaches; "" for one whose name was erased with the address."""
        return [one.name for one in self.people if key_of(one.email) not in {*self.told, self.own}]

    @property
    def is_own(self) -> bool:
        """Whether the reader is invited, too: whoever sends the agenda gets no letter about it."""
        return any(key_of(one.email) == self.own for one in self.people)


@bp.get("/forum/<int:number>/skicka")
@open_to(Audience.STAFF)
def ask_to_send(number: int) -> str:
    """Show the agenda before it is sent to those who may send it; 403 to others, 404 when there is no such meeting."""
    return _page(Form(), number)


@bp.post("/forum/<int:number>/skicka")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(form, number))
def send(number: int) -> Response | tuple[str, int]:
    """Handle the button: send the agenda as it was shown; if refused, show it as it is now, with the reason."""
    require_act("send_agenda")
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _send(session, number, form))
        flash(gettext("The agenda is sent."), "success")
        return redirect(page, 303)
    if isinstance(form.refused, StaleAgenda):
        form.refusal = gettext(
            "The agenda was changed after you opened this page. This is what it says now: look again."
        )
    return _page(form, number), form.status


def _send(session: Session, number: int, form: Form) -> str:
    version = number_in(form.typed("version"))
    send_agenda(session, number, version=NEVER if version is None else version, by=current_actor(), at=right_now())
    return url_for("forum.agenda", number=number)


def _page(form: Form, number: int) -> str:
    actor = current_actor()
    with current().database.reading() as session:
        require_at_table(session, "send_agenda", actor)
        shown = agenda_shown(session, number, by=actor, at=right_now(), leaving_out=("invited", "late"))
        takes_all = shown.version == 0  # of an agenda that nobody has chosen, all that is proposed is taken up
        lines = [one for one in lines_to_choose(session, shown) if takes_all or one.number is not None]
        is_open = shown.meeting.stage is MeetingStage.CALLED
        readers = _readers(session, shown, len(lines)) if is_open else None
        return render_template(
            "village/forum/agenda_to_send.html", form=form, shown=shown, meeting=shown.meeting, lines=lines,
            readers=readers, warnings=_warnings(shown, lines) if is_open else [],
            unpublished=[line for line in lines if line.case and not line.case.published_at] if is_open else [],
            button=_button(readers.count) if readers else "",
        )  # fmt: skip


def _readers(session: Session, shown: AgendaShown, items: int) -> Readers:
    actor, meeting, now = current_actor(), shown.meeting, right_now()
    event = AgendaSentOut(
        meeting=meeting.number, body=meeting.body, sort=meeting.sort.value, on=meeting.held_on.isoformat(),
        sent_on=today().isoformat(), items=items,
    )  # fmt: skip
    told = addresses_told(session, event, by=actor, at=now)
    return Readers(at_table(session, meeting), told, key_of(actor.email))


def _warnings(shown: AgendaShown, lines: list[AgendaRow]) -> list[str]:
    meeting, day = shown.meeting, today()
    said = []
    if not lines:
        said.append(gettext("Nothing is on the agenda."))
    if meeting.starts_at is None:
        said.append(gettext("No start time is given. It is set under “Move or cancel” on the page of the meeting."))
    if meeting.held_on == day:
        said.append(gettext("The meeting is today."))
    if meeting.held_on < day:
        said.append(gettext("The day of the meeting has passed, so nobody gets an e-mail."))
    return said


def _button(count: int) -> str:
    if not count:
        return gettext("Send the agenda without e-mails")
    return ngettext("Send the agenda to %(num)d person", "Send the agenda to %(num)d people", count)
