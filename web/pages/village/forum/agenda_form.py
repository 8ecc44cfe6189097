"""The page on which an agenda is chosen: what is taken up, in which order, under what; and sent."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.database.texts import visible
from cases.meetings.agenda_items import SettledHow, withdraw_from_agenda
from cases.organisation.units import FORUM
from cases.refusals import FieldRefusal, StaleAgenda, WordsNeeded
from cases.village.forum.choosing import LONGEST_TOPIC, put_agenda
from cases.village.forum.finding import require_at_table
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.shown import AgendaShown
from cases.village.forum.sending import send_agenda
from cases.village.forum.settling import Settling, settle_item
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.labels import WHY_ON_AGENDA
from web.language.village.meeting_words import FATES, ITEM_SORTS
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.village.forum.blueprint import bp
from web.pages.village.forum.chosen import LAST, ChosenAgenda, Row, RowFate, fill_in, read_chosen, rows_for
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

NEVER = -1  # the revision of an agenda that a form without one has read


@bp.get("/forum/<int:number>/dagordning")
@open_to(Audience.STAFF)
def choose_agenda(number: int) -> str:
    """Show the form of the agenda to those who may write it; 403 to others, 404 when there is no such meeting."""
    return _page(Form(), number)


@bp.post("/forum/<int:number>/dagordning")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(form, number))
def put(number: int) -> Response | tuple[str, int]:
    """Handle the form: save the agenda, and send it when that was asked for; if refused, show it with the reason."""
    with current().database.reading() as session:
        require_at_table(session, "put_agenda", current_actor())
    form, chosen, then = Form(request.form), ChosenAgenda(), request.form.get("then")
    with form.catching_refusals():
        with current().database.transaction() as session:
            shown = _shown(session, number)
            chosen = read_chosen(form, _rows(form, shown))
            version = number_in(form.typed("version"))
            _save(session, shown, chosen, version=NEVER if version is None else version)
            if then == "send":
                send_agenda(session, number, by=current_actor(), at=right_now())
        if then == "send":
            flash(gettext("The agenda is sent."), "success")
            return redirect(url_for("forum.agenda", number=number), 303)
        flash(gettext("The agenda is saved."), "success")
        return redirect(url_for("forum.choose_agenda", number=number), 303)
    chosen.put_right(form)
    return _page(form, number), form.status


def _save(session: Session, shown: AgendaShown, chosen: ChosenAgenda, *, version: int | None) -> None:
    """Save the agenda, and take away what is not to be taken up, each with its reason."""
    by, at, number = current_actor(), right_now(), shown.meeting.number
    put_agenda(session, number, chosen.wanted, version=version, by=by, at=at)
    for row, why in chosen.away:
        if not visible(why):
            raise WordsNeeded(field=f"{row.name}-why", step="settle_item")
        try:
            if row.is_fixed and row.item.number is not None:
                settle_item(session, number, Settling(row.item.number, SettledHow.WITHDRAWN, why), by=by, at=at)
            elif row.item.case is not None:
                withdraw_from_agenda(session, case_to_change(session, row.item.case), why, by=by, at=at)
        except FieldRefusal as refused:
            refused.field = f"{row.name}-why"
            raise


def _shown(session: Session, number: int) -> AgendaShown:
    return agenda_shown(session, number, by=current_actor(), at=right_now(), leaving_out=("invited",))


def _rows(form: Form, shown: AgendaShown) -> Sequence[Row]:
    may_withdraw = current_actor().is_contact and shown.meeting.body == FORUM
    return rows_for(form, shown, may_withdraw=may_withdraw)


def _page(form: Form, number: int) -> str:
    with current().database.reading() as session:
        require_at_table(session, "put_agenda", current_actor())
        shown = _shown(session, number)
        rows = _rows(form, shown)
        fill_in(form, rows, shown)
        if isinstance(form.refused, StaleAgenda):
            form.put("version", str(shown.version))  # what the other has saved is shown with it
        rows = sorted(rows, key=lambda row: number_in(form.typed(f"{row.name}-at")) or LAST)
        numbered = [row for row in rows if row.item.number is not None and row.item.under is None]
        return render_template(
            "village/forum/agenda_to_choose.html", form=form, shown=shown, meeting=shown.meeting, rows=rows,
            why_names=WHY_ON_AGENDA,
            sort_choices=[(sort.value, str(words)) for sort, words in ITEM_SORTS.items()],
            fate_choices=lambda row: [(fate.value, str(FATES[fate])) for fate in row.fates],
            chosen_names={row.name for row in rows if form.typed(f"{row.name}-fate") != RowFate.OFF},
            above=[(str(row.item.number), f"{row.item.number}. {row.item.title}") for row in numbered],
            most_topic=LONGEST_TOPIC,
        )  # fmt: skip
