"""The form by which minutes are adjusted: on which day, and by whom."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.village.forum.finding import meeting_numbered, require_at_table
from cases.village.forum.minutes.adjusting import adjust_minutes
from cases.village.forum.reading.on_a_page import at_table, present_at
from web.current import current, right_now
from web.language.dates import day_words
from web.language.gettext import gettext
from web.pages.forms import Form, TypedSchema, day_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.agenda_rows import rows_of
from web.pages.village.forum.blueprint import addresses_in, bp, require_act
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor


class AdjustmentForm(TypedSchema):
    """The field of the form that is typed: the local day on which the minutes were adjusted."""

    on = day_field(has_been=True)


@bp.get("/forum/<int:number>/justera")
@open_to(Audience.STAFF)
def ask_to_adjust(number: int) -> str:
    """Show the form to those who may adjust minutes; 403 to others, 404 when there is no such meeting."""
    return _page(Form({"on": day_words(right_now())}), number)


@bp.post("/forum/<int:number>/justera")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(form, number))
def adjust(number: int) -> Response | tuple[str, int]:
    """Handle the form, and redirect to the public minutes; if refused, show it with the reason."""
    require_act("adjust_minutes")
    form = Form(request.form)
    with form.catching_refusals():
        typed = AdjustmentForm().load(request.form)
        people = list(dict.fromkeys((*request.form.getlist("by"), *addresses_in(form.text("others")))))
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _adjust(session, number, typed, people))
        flash(gettext("The minutes have been approved. Everybody can read them."), "success")
        return redirect(page, 303)
    form.refusals = {"others" if name.startswith("by.") else name: said for name, said in form.refusals.items()}
    return _page(form, number), form.status


def _adjust(session: Session, number: int, typed: dict[str, Any], people: list[str]) -> str:
    meeting = meeting_numbered(session, number)
    if meeting.closed_on is not None and meeting.adjusted_on is None:
        missing = {}
        if not people:
            missing["by"] = [gettext("Choose who approved them: it cannot be put in afterwards.")]
        if not request.form.get("read"):
            missing["read"] = [gettext("Read the minutes, and tick that you did: they cannot be changed afterwards.")]
        if missing:
            raise ValidationError(missing)
    adjust_minutes(session, number, typed["on"], people, by=current_actor(), at=right_now())
    return url_for("forum.minutes", number=number)


def _page(form: Form, number: int) -> str:
    with current().database.reading() as session:
        require_at_table(session, "adjust_minutes", current_actor())
        shown, rows = rows_of(session, number, current_actor())
        there = [one for one in at_table(session, shown.meeting) if one.logs_in]
        people = [one for one in there if one.present] or there
        hidden = [row for row in rows.chosen if row.is_hidden]
        return render_template(
            "village/forum/adjust.html", form=form, shown=shown, meeting=shown.meeting, rows=rows.chosen,
            people=people, hidden=hidden, present=present_at(session, shown.meeting),
        )  # fmt: skip
