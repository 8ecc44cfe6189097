"""At the table: each item is settled by a small form that is saved by itself, and put right by the same form."""

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cases.database.texts import visible
from cases.meetings.agenda_items import SettledHow
from cases.meetings.invited import InvitationAnswer
from cases.meetings.resolution import Verdict
from cases.refusals import NotFound
from cases.village.forum.convening.presence import save_presence
from cases.village.forum.finding import meeting_numbered, require_at_table
from cases.village.forum.minutes.recommending import LONGEST_NUMBER, Recommendation, correct_item, recommend
from cases.village.forum.minutes.settling import Settling, settle_item
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.on_a_page import AtTable, at_table, who_stood_aside
from cases.village.forum.reading.shown import AgendaItemShown, AgendaShown, MeetingStage
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.language.village.meeting_words import SETTLINGS, kronor_words
from web.pages.forms import Form
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.agenda_rows import AgendaRow, rows_of
from web.pages.village.forum.blueprint import addresses_in, bp, require_act
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.parsing.readable import number_in

RECOMMENDS = frozenset({Verdict.YES, Verdict.NO, Verdict.PARTLY, Verdict.REFER})
ORE = 100
FIELDS = {"number": "called", "email": "others", "present": "others"}  # the domain's names of fields: those of the form


@bp.get("/forum/<int:number>/bordet")
@open_to(Audience.STAFF)
def table(number: int) -> str:
    """Show the items with the form of one: that of the query `punkt`, else the first that is open; 403, 404.

    One that is settled is put right, until the minutes are adjusted.
    """
    return table_page(number, wanted=number_in(request.args.get("punkt", "")))


@bp.post("/forum/<int:number>/bordet/<int:item>")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number, item: table_page(number, form, wanted=item))
def settle(number: int, item: int) -> Response | tuple[str, int]:
    """Handle the button of one item: settle it, save who is here, and redirect to the next item.

    With the field `corrects` it puts right how the item was settled, and redirects to where that was begun. If
    refused, show the page with the reason, and with all that was typed.
    """
    require_act("settle_item")
    form = Form(request.form)
    with form.catching_refusals():
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _settle(session, form, number, item))
        put_right = gettext("Item %(number)s is put right.", number=item)
        flash(put_right if form.typed("corrects") else gettext("Item %(number)s is saved.", number=item), "success")
        return redirect(page, 303)
    name_fields(form)
    return table_page(number, form, wanted=item), form.status


def present_in(form: Form) -> tuple[str, ...]:
    """Return the addresses of those who are here, by the form."""
    return (*request.form.getlist("present"), *addresses_in(form.text("others")))


def item_at_hand(form: Form) -> int | None:
    """Return the number of the item whose fields the form has; None when each item was settled."""
    return number_in(form.typed("item"))


def _settle(session: Session, form: Form, number: int, item: int) -> str:
    by, at, how, words = current_actor(), right_now(), form.typed("how"), form.text("words")
    corrects = bool(form.typed("corrects"))
    if how in RECOMMENDS:
        shown = _shown(session, number)
        one = _item(shown, item)
        aside = tuple(request.form.getlist("aside"))
        given = Recommendation(
            number, item, Verdict(how), words, amount_ore=ore_in(form.typed("amount_kr")), aside=aside,
            called=visible(form.text("called")) or None, corrects=corrects,
        )  # fmt: skip
        recommend(session, one.case or shown.case or "", given, by=by, at=at)
    elif how in SETTLINGS:
        _refuse_lost(form, corrects=corrects)
        act = correct_item if corrects else settle_item
        act(session, number, Settling(item, SettledHow(how), words, corrects=corrects), by=by, at=at)
    else:
        raise ValidationError({"how": [gettext("Choose what the meeting says.")]})
    if meeting_numbered(session, number).closed_on is not None:
        return url_for("forum.ask_to_adjust", number=number)
    if "item" in request.form:
        save_presence(session, number, present_in(form), by=by, at=at)
    return url_for("forum.table", number=number)


def _refuse_lost(form: Form, *, corrects: bool) -> None:
    """Refuse what only a recommendation keeps, so that nothing that was typed is lost; a correction takes it away."""
    kept = [name for name in ("amount_kr", "called", "aside") if form.text(name).strip()]
    if kept and not corrects:
        said = gettext("Only a recommendation keeps this. Choose one, or take it away here.")
        raise ValidationError({name: [said] for name in kept})


def ore_in(typed: str) -> int | None:
    """Return an amount in kronor as it was typed, such as "12 000,50", in öre; None for an empty one."""
    text = "".join(typed.removesuffix("kr").split()).replace(",", ".")
    if not text:
        return None
    try:
        amount = Decimal(text) * ORE
        if amount.is_finite() and amount == amount.to_integral_value():
            return int(amount)
    except InvalidOperation:
        pass
    raise ValidationError({"amount_kr": [gettext("Write the amount in kronor, such as 1500 or 1500,50.")]})


def name_fields(form: Form) -> None:
    """Put refusals that name a field otherwise beside the field of the form."""
    for name in list(form.refusals):
        begin = name.partition(".")[0]
        form.refusals[FIELDS.get(begin, begin)] = form.refusals.pop(name)


def _shown(session: Session, number: int) -> AgendaShown:
    return agenda_shown(session, number, by=current_actor(), at=right_now(), leaving_out=("invited", "late"))


def _is_here(form: Form | None, one: AtTable, *, is_saved: bool) -> bool:
    """Return whether somebody is ticked: as it was sent, else as it was saved, else who said that they come."""
    if form is not None:
        return form.has("present", one.email)
    return bool(one.present) if is_saved else one.answer is InvitationAnswer.YES


def _item(shown: AgendaShown, number: int) -> AgendaItemShown:
    for item in shown.items:
        if item.number == number:
            return item
    raise NotFound(ref=str(number))


def table_page(number: int, form: Form | None = None, *, wanted: int | None = None) -> str:
    """Return the page of the table as HTML: with `wanted`, the item that is at hand, and with a form that was sent."""
    with current().database.reading() as session:
        require_at_table(session, "settle_item", current_actor())
        shown, rows = rows_of(session, number, current_actor())
        may_settle = shown.sent_on is not None and not shown.adjusted_on and shown.meeting.held_on <= today()
        may_settle = may_settle and shown.meeting.stage is not MeetingStage.CANCELLED
        is_open = may_settle and shown.closed_on is None
        row = next((row for row in rows.chosen if row.number == wanted), None)
        open_rows = [row for row in rows.chosen if not row.settled]
        wrong = row if row is not None and row.settled and may_settle and _puts_right(form) else None
        at_hand = (row if row in open_rows else next(iter(open_rows), None)) if is_open else None
        people = at_table(session, shown.meeting)
        instead = row if form is not None and row is not None and row.settled and wrong is None else None
        is_saved = any(one.present is not None for one in people)
        context: dict[str, Any] = {
            "shown": shown, "meeting": shown.meeting, "rows": rows.chosen, "at_hand": at_hand, "people": people,
            "is_open": is_open, "may_settle": may_settle, "wrong": wrong, "instead": instead,
            "is_ahead": shown.meeting.held_on > today(), "open_count": len(open_rows), "form": form or Form(),
            "item_form": _item_form(session, shown, wrong, form) if wrong else form if form and not instead else Form(),
            "is_here": partial(_is_here, form, is_saved=is_saved), "is_saved": is_saved,
            "most_called": LONGEST_NUMBER, "choices": [(how, str(words)) for how, words in SETTLINGS.items()],
        }  # fmt: skip
        return render_template("village/forum/table.html", **context)


def _puts_right(form: Form | None) -> bool:
    """Return whether the item that is wanted is put right: it was asked for, or its form says so."""
    return form is None or bool(form.typed("corrects"))


def _item_form(session: Session, shown: AgendaShown, row: AgendaRow, sent: Form | None) -> Form:
    """Return the form of a settled item: as it was sent, else with how the item stands."""
    if sent is not None:
        return sent
    item = _item(shown, row.number or 0)
    given = MultiDict([("how", item.how or ""), ("words", item.words or ""), ("called", row.called)])
    if item.resolution is not None:
        given.setlist("aside", who_stood_aside(session, item.resolution.id))
        if item.how is SettledHow.RESOLVED:
            given["how"] = item.resolution.verdict
        if item.resolution.amount_ore is not None:
            given["amount_kr"] = kronor_words(item.resolution.amount_ore)
    return Form(given)
