"""Who is invited to a meeting and what they answered: noting what was told by telephone, inviting more, taking off."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.meetings.invited import InvitationAnswer
from cases.refusals import FieldRefusal
from cases.village.forum.convening.answering import answer_invitation
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.convening.inviting_more import invite_more, take_off
from cases.village.forum.finding import require_at_table
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.on_a_page import at_table
from cases.village.forum.reading.shown import MeetingListed
from web.current import current, right_now
from web.language.gettext import gettext, ngettext
from web.language.village.meeting_words import ANSWERS
from web.pages.forms import Form, TypedSchema
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.agenda import TO_COME
from web.pages.village.forum.blueprint import MailAddresses, bp, require_act
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor


class MoreInvited(TypedSchema):
    """The field of the form that invites more people: a mail address on each line."""

    guests = MailAddresses(required=True)


@bp.get("/forum/<int:number>/inbjudna")
@open_to(Audience.STAFF)
def show_invited(number: int) -> str:
    """Show who is invited to those who may call a meeting; 403 to others, 404 when there is no such meeting."""
    return _page(number, Form())


@bp.post("/forum/<int:number>/inbjudna")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(number, form))
def invite(number: int) -> Response | tuple[str, int]:
    """Handle the form that invites more people; if refused, show it with the reason."""
    form = Form(request.form)
    require_act("call_meeting")
    with form.catching_refusals():
        guests = tuple(Invitee(email) for email in MoreInvited().load(request.form)["guests"])
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _invite(session, number, guests))
        return redirect(page, 303)
    form.refusals = {"guests" if name in {"email", "invited"} else name: said for name, said in form.refusals.items()}
    return _page(number, form), form.status


@bp.post("/forum/<int:number>/inbjudna/svar")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(number, Form(), answers=form))
def note_answers(number: int) -> Response | tuple[str, int]:
    """Handle the form with everybody's answer: note those that are new; if refused, show it with the reason."""
    form = Form(request.form)
    require_act("call_meeting")
    with form.catching_refusals():
        with current().database.transaction() as session:
            _note(session, form, number)
        flash(gettext("The answers are saved."), "success")
        return redirect(url_for("forum.show_invited", number=number), 303)
    return _page(number, Form(), answers=form), form.status


@bp.post("/forum/<int:number>/inbjudna/ta-bort")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(number, Form(), answers=form))
def take_guest_off(number: int) -> Response | tuple[str, int]:
    """Handle the button that takes one guest off; if refused, show the page with the reason."""
    form = Form(request.form)
    require_act("call_meeting")
    with form.catching_refusals():
        with current().database.transaction() as session:
            take_off(session, number, form.text("email"), by=current_actor(), at=right_now())
        flash(gettext("The guest is taken off, and gets no e-mail about it. Tell them yourself."), "success")
        return redirect(url_for("forum.show_invited", number=number), 303)
    form.refusal = form.refusal or next(iter(form.refusals.values()), "")
    return _page(number, Form(), answers=form), form.status


def _invite(session: Session, number: int, guests: tuple[Invitee, ...]) -> str:
    count = invite_more(session, number, guests, by=current_actor(), at=right_now())
    told = ngettext(
        "%(num)d more is invited, and gets an e-mail.", "%(num)d more are invited, and get an e-mail.", count
    )
    flash(told if count else gettext("They are all invited already."), "success")
    return url_for("forum.show_invited", number=number)


def _note(session: Session, form: Form, number: int) -> None:
    there = {one.email: one.answer for one in at_table(session, _meeting(session, number))}
    for name in form.names():
        if not name.startswith("email-"):
            continue
        email, said = form.typed(name), form.typed(name.replace("email", "answer", 1))
        if said and said != there.get(email):
            _answer(session, number, email, said)


def _answer(session: Session, number: int, email: str, said: str) -> None:
    if said not in set(InvitationAnswer):
        raise FieldRefusal(field="answer")
    answer_invitation(session, number, InvitationAnswer(said), email=email, by=current_actor(), at=right_now())


def _meeting(session: Session, number: int) -> MeetingListed:
    shown = agenda_shown(session, number, by=current_actor(), at=right_now(), leaving_out=("invited", "late"))
    return shown.meeting


def _page(number: int, form: Form, *, answers: Form | None = None) -> str:
    with current().database.reading() as session:
        require_at_table(session, "call_meeting", current_actor())
        meeting = _meeting(session, number)
        people = at_table(session, meeting)
        return render_template(
            "village/forum/invited.html", form=form, answers_form=answers or Form(), meeting=meeting,
            people=people, uncalled=sum(not one.called for one in people),
            is_open=meeting.stage in TO_COME, answer_names=ANSWERS,
            answer_choices=[(answer.value, str(words)) for answer, words in ANSWERS.items()],
        )  # fmt: skip
