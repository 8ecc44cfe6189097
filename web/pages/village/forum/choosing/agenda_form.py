"""The page on which an agenda is prepared: what is taken up, in which order, under what, and what is taken off."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.case import case_to_change
from cases.meetings.agenda_items import SettledHow, withdraw_from_agenda
from cases.organisation.units import FORUM
from cases.refusals import FieldRefusal, StaleAgenda
from cases.village.forum.choosing import LONGEST_TOPIC, put_agenda
from cases.village.forum.finding import require_at_table
from cases.village.forum.minutes.settling import Settling, settle_item
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.shown import AgendaShown
from web.current import current, right_now
from web.language.gettext import gettext
from web.language.village.agenda_words import HEADINGS, TO_DO, why_it_stays
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.village.forum.agenda_rows import lines_to_choose
from web.pages.village.forum.blueprint import bp, require_act
from web.pages.village.forum.choosing.chosen import ChosenAgenda, read_chosen
from web.pages.village.forum.choosing.grouping import LAST
from web.pages.village.forum.choosing.rows import Row, fill_in, key_of, proposed_groups, rows_for, tick
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

NEVER = -1  # the revision of an agenda that a form without one has read
TICKS = {"all": True, "none": False}  # the buttons that tick rows and save nothing


@bp.get("/forum/<int:number>/dagordning")
@open_to(Audience.STAFF)
def choose_agenda(number: int) -> str:
    """Show the form of the agenda to those who may write it; 403 to others, 404 when there is no such meeting."""
    return _page(Form(), number)


@bp.post("/forum/<int:number>/dagordning")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(form, number))
def put(number: int) -> Response | tuple[str, int]:
    """Handle the form: save the agenda, and lead to its preview when that was asked for.

    If refused, show it with the reason. A button that ticks all rows, or none, saves nothing.
    """
    require_act("put_agenda")
    form, chosen, then, rows = Form(request.form), ChosenAgenda(), request.form.get("then"), list[Row]()
    if then in TICKS:
        tick(form, everything=TICKS[then])
        return _page(form, number, is_unsaved=True), form.status
    with form.catching_refusals():
        with current().database.transaction() as session:
            shown = _shown(session, number)
            rows = _rows(form, shown)
            chosen = read_chosen(form, rows)
            version = number_in(form.typed("version"))
            _save(session, number, chosen, version=NEVER if version is None else version)
        if then == "review":
            return redirect(url_for("forum.ask_to_send", number=number), 303)
        flash(gettext("The agenda is saved."), "success")
        return redirect(_where_to_go_on(number, form, chosen), 303)
    chosen.put_right(form, rows)
    return _page(form, number), form.status


def _where_to_go_on(number: int, form: Form, chosen: ChosenAgenda) -> str:
    """Return the path of the page; after a move with the row that was moved, opened, so that it can be moved on."""
    moved = form.typed("move").partition(":")[2]
    if moved not in chosen.places:
        return url_for("forum.choose_agenda", number=number)
    row = f"row-{chosen.places.index(moved)}"
    return url_for("forum.choose_agenda", number=number, rad=row, _anchor=row)


def _save(session: Session, number: int, chosen: ChosenAgenda, *, version: int) -> None:
    """Save the agenda, and take away what is not to be taken up, each with its reason."""
    by, at = current_actor(), right_now()
    put_agenda(session, number, chosen.wanted, version=version, by=by, at=at)
    for row, why in chosen.away:
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


def _rows(form: Form, shown: AgendaShown) -> list[Row]:
    may_withdraw = current_actor().is_contact and shown.meeting.body == FORUM
    return rows_for(form, shown, may_withdraw=may_withdraw)


def _page(form: Form, number: int, *, is_unsaved: bool = False) -> str:
    with current().database.reading() as session:
        require_at_table(session, "put_agenda", current_actor())
        shown = _shown(session, number)
        rows = _rows(form, shown)
        fill_in(form, rows, shown)
        if isinstance(form.refused, StaleAgenda):
            form.put("version", str(shown.version))  # what the other has saved is shown with it
        rows = _in_order(form, rows)
        lines = {key_of(item): line for item, line in zip(shown.items, lines_to_choose(session, shown), strict=True)}
        body = shown.meeting.body_name
        return render_template(
            "village/forum/agenda_to_choose.html", form=form, shown=shown, meeting=shown.meeting, lines=lines,
            chosen=[row for row in rows if not row.item.is_proposed], proposed=proposed_groups(rows, lines),
            headings=HEADINGS, count=len(rows), is_unsaved=is_unsaved,
            ticked=sum(row.is_ticked(form) for row in rows), opened=request.args.get("rad"), now=right_now(),
            sort_choices=[(sort.value, str(words)) for sort, words in TO_DO.items()],
            stays=lambda row: why_it_stays(row.item, lines[row.key].case, body), most_topic=LONGEST_TOPIC,
        )  # fmt: skip


def _in_order(form: Form, rows: Sequence[Row]) -> list[Row]:
    """Return the rows by the numbers in the form, those without one last."""
    return sorted(rows, key=lambda row: number_in(form.typed(f"{row.name}-at")) or LAST)
