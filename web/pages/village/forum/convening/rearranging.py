"""Moving a meeting to another day, time or place, and cancelling it: two forms on one page."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.village.forum.convening.calling import LONGEST
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from cases.village.forum.finding import require_at_table
from cases.village.forum.reading.agenda import agenda_shown
from cases.village.forum.reading.shown import MeetingListed
from web.current import current, right_now
from web.language.dates import day_words
from web.language.gettext import gettext
from web.pages.forms import DayField, Form, TypedSchema, long_field, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.blueprint import bp, require_act
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.schemas.village.meeting_requests import StartsAt, moment_of

CANCELS = "cancel-"  # begins the names of the fields of the form that cancels: it is on the page of the other


class MoveForm(TypedSchema):
    """The fields of the form that moves a meeting; an empty place, time or theme is one that is not known any more."""

    held_on = DayField(required=True, error_messages={"required": _l("Give the day of the meeting.")})
    starts_at = StartsAt(load_default=None)
    name = text_field(LONGEST["name"], _l("Give the meeting a name."))
    where = text_field(LONGEST["where"])
    theme = text_field(LONGEST["theme"])
    why = long_field()


class CancelForm(TypedSchema):
    """The fields of the form that cancels a meeting: why, and that it is meant."""

    why = long_field(_l("Write why the meeting is cancelled. Whoever is invited reads it."))
    sure = fields.String(required=True, error_messages={"required": _l("Tick that the meeting is to be cancelled.")})


@bp.get("/forum/<int:number>/andra")
@open_to(Audience.STAFF)
def rearrange(number: int) -> str:
    """Show both forms to those who may call a meeting; 403 to others, 404 when there is no such meeting."""
    return _page(number)


@bp.post("/forum/<int:number>/flytta")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(number, move=form))
def move(number: int) -> Response | tuple[str, int]:
    """Handle the form that moves the meeting, and redirect to it; if refused, show the form with the reason."""
    form = Form(request.form)
    require_act("call_meeting")
    with form.catching_refusals():
        to = _rearrangement(MoveForm().load(request.form))
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _move(session, number, to))
        flash(gettext("The meeting is changed. Whoever is invited gets an e-mail."), "success")
        return redirect(page, 303)
    return _page(number, move=form), form.status


@bp.post("/forum/<int:number>/stall-in")
@open_to(Audience.STAFF)
@shown_again_by(lambda form, number: _page(number, cancel=form))
def cancel(number: int) -> Response | tuple[str, int]:
    """Handle the form that cancels the meeting, and redirect to it; if refused, show the form with the reason."""
    form = Form(request.form, prefix=CANCELS)
    require_act("call_meeting")
    with form.catching_refusals():
        typed = {name.removeprefix(CANCELS): value for name, value in request.form.items()}
        why = CancelForm().load(typed)["why"]
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _cancel(session, number, why))
        flash(gettext("The meeting is cancelled. Whoever is invited gets an e-mail."), "success")
        return redirect(page, 303)
    form.refusals = {_prefixed(name): said for name, said in form.refusals.items()}
    return _page(number, cancel=form), form.status


def _prefixed(name: str) -> str:
    return name if name.startswith(CANCELS) else CANCELS + name


def _rearrangement(typed: dict[str, Any]) -> Rearrangement:
    starts_at = moment_of(typed["held_on"], typed["starts_at"])
    return Rearrangement(
        typed["held_on"], starts_at, typed["where"] or "", typed["name"], typed["theme"] or "", typed["why"] or "",
        is_timeless=starts_at is None,
    )  # fmt: skip


def _move(session: Session, number: int, to: Rearrangement) -> str:
    shown = agenda_shown(session, number, by=current_actor(), at=right_now(), leaving_out=("invited", "late")).meeting
    texts = (shown.where or "", shown.name, shown.theme or "")
    if (shown.held_on, shown.starts_at, *texts) == (to.held_on, to.starts_at, to.where, to.name, to.theme):
        raise ValidationError({"held_on": [gettext("Nothing is changed yet. Change the day, the time or the place.")]})
    move_meeting(session, number, to, by=current_actor(), at=right_now())
    return url_for("forum.agenda", number=number)


def _cancel(session: Session, number: int, why: str) -> str:
    cancel_meeting(session, number, why, by=current_actor(), at=right_now())
    return url_for("forum.agenda", number=number)


def _page(number: int, *, move: Form | None = None, cancel: Form | None = None) -> str:
    with current().database.reading() as session:
        require_at_table(session, "call_meeting", current_actor())
        shown = agenda_shown(session, number, by=current_actor(), at=right_now(), leaving_out=("invited", "late"))
        return render_template(
            "village/forum/rearrange.html", meeting=shown.meeting, move_form=move or Form(_as_it_is(shown.meeting)),
            cancel_form=cancel or Form(),
        )  # fmt: skip


def _as_it_is(meeting: MeetingListed) -> dict[str, str]:
    """Return the first values of the form that moves the meeting: all that stands."""
    zone = current().database.calendar.zone
    return {
        "held_on": day_words(meeting.held_on), "name": meeting.name, "where": meeting.where or "",
        "theme": meeting.theme or "",
        "starts_at": f"{meeting.starts_at.astimezone(zone):%H:%M}" if meeting.starts_at else "",
    }  # fmt: skip
