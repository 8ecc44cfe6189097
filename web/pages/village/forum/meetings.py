"""The meetings of all bodies: the next one of each, those held, and the form that calls one."""

from collections.abc import Iterable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from cases.meetings.meeting import MeetingPlan, MeetingSort
from cases.organisation.units import FORUM, MEET, Unit
from cases.refusals import FieldRefusal
from cases.village.forum.convening.calling import LONGEST, Calling, call_meeting
from cases.village.forum.convening.inviting import Invitee
from cases.village.forum.finding import may_at_table
from cases.village.forum.reading.invitations import invitations_of
from cases.village.forum.reading.meetings import meetings_listed
from cases.village.forum.reading.shown import MeetingListed, MeetingStage
from notifications.letters.urls import LOG_IN_FIRST
from web.current import current, right_now, today
from web.language.gettext import gettext
from web.language.preference import in_swedish
from web.language.village.meeting_words import MEETING_SORTS, OWN_ANSWERS
from web.pages.forms import DayField, Form, TypedSchema, text_field
from web.pages.sending.again import shown_again_by
from web.pages.sending.spending import once_per_form
from web.pages.village.forum.agenda_rows import AgendaRows, rows_of
from web.pages.village.forum.blueprint import MailAddresses, bp, require_act
from web.requests.guard import Audience, LoginNeeded, open_to
from web.requests.identity.caller import current_actor
from web.schemas.village.meeting_requests import StartsAt, moment_of

CALLED_HERE = (MeetingSort.ORDINARY, MeetingSort.THEME)
MOST_HELD = 50


class MeetingForm(TypedSchema):
    """The fields of the form that calls a meeting; `guests` has a mail address on each line."""

    body = text_field(60)
    sort = fields.Enum(MeetingSort, by_value=True, load_default=MeetingSort.ORDINARY)
    held_on = DayField(required=True, error_messages={"required": _l("Give the day of the meeting.")})
    starts_at = StartsAt(load_default=None)
    name = text_field(LONGEST["name"], _l("Give the meeting a name."))
    where = text_field(LONGEST["where"])
    theme = text_field(LONGEST["theme"])
    guests = MailAddresses(load_default=())


@bp.get("/forum")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the next meeting of each body, that of the forum with its agenda, and the meetings that were held.

    Whoever follows the link of a letter to staff is sent to the log-in first.
    """
    if LOG_IN_FIRST in request.args and current_actor().person_id is None:
        raise LoginNeeded
    return _page(Form())


@bp.post("/forum")
@open_to(Audience.STAFF)
@shown_again_by(lambda form: _page(form))
def call() -> Response | tuple[str, int]:
    """Handle the form that calls a meeting, and redirect to it; if refused, show the form with the reason."""
    require_act("call_meeting")
    form = Form(request.form)
    with form.catching_refusals():
        calling = _calling(MeetingForm().load(request.form))
        with current().database.transaction() as session:
            page = once_per_form(session, lambda: _call(session, calling))
        flash(gettext("The meeting is called."), "success")
        return redirect(page, 303)
    return _page(form), form.status


def _calling(typed: dict[str, Any]) -> Calling:
    guests, starts_at, body = typed.pop("guests"), typed.pop("starts_at"), typed.pop("body") or FORUM
    plan = MeetingPlan(body=body, starts_at=moment_of(typed["held_on"], starts_at), **typed)
    return Calling(plan, tuple(Invitee(email) for email in guests))


def _call(session: Session, calling: Calling) -> str:
    try:
        meeting = call_meeting(session, calling, by=current_actor(), at=right_now())
    except FieldRefusal as refused:
        if refused.field in {"email", "invited"}:
            refused.field = "guests"
        raise
    return url_for("forum.agenda", number=meeting.id)


def _page(form: Form) -> str:
    day, actor = today(), current_actor()
    with current().database.reading() as session:
        listed = meetings_listed(session)
        meetings = [one for one in listed if one.stage is not MeetingStage.CANCELLED]
        coming = [one for one in reversed(meetings) if one.held_on >= day and not is_over(one)]
        held = [one for one in meetings if one not in coming]
        bodies = _bodies(session)
        following = _next_of_each(bodies, coming)
        of_forum = following.get(FORUM)
        first = next((one for one in coming if one.body == FORUM), None)
        sooner = first if first != of_forum else None
        shown, rows = rows_of(session, of_forum.number, actor) if of_forum else (None, AgendaRows())
        form.fill_in("body", FORUM)
        form.fill_in("sort", MeetingSort.ORDINARY)
        return render_template(
            "village/forum/meetings.html", form=form, of_forum=of_forum, rows=rows,
            sooner=sooner,
            reads_next=shown is not None and shown.reads_all, held=held[:MOST_HELD],
            others=[(body.name, following.get(body.slug)) for body in bodies if body.slug != FORUM and body.has_agenda],
            later=[one for one in coming if one not in (sooner, *following.values())], several=len(bodies) > 1,
            cancelled=[one for one in reversed(listed) if one.held_on >= day and one.stage is MeetingStage.CANCELLED],
            invitations=invitations_of(session, actor, day=day), own_answers=OWN_ANSWERS,
            calendars=[body for body in bodies if body.slug != FORUM and body.slug in {one.body for one in listed}],
            may_call=may_at_table(session, "call_meeting", actor),
            body_choices=[(body.slug, body.name) for body in bodies],
            sort_choices=[(sort.value, str(MEETING_SORTS[sort])) for sort in CALLED_HERE],
        )  # fmt: skip


def is_over(meeting: MeetingListed) -> bool:
    """Return whether the meeting is closed, or its minutes are adjusted."""
    return meeting.stage in {MeetingStage.HELD, MeetingStage.ADJUSTED}


def _bodies(session: Session) -> list[Unit]:
    """Return the active units that may meet, the forum first, those of a rhythm or an agenda before the others."""
    found = session.scalars(select(Unit).where(Unit.active, Unit.kind.in_(MEET)))
    return sorted(found, key=lambda body: (body.slug != FORUM, not body.has_agenda, in_swedish(body.name)))


def _next_of_each(bodies: Iterable[Unit], coming: Iterable[MeetingListed]) -> dict[str, MeetingListed]:
    """Return the first coming meeting of each body, by slug: the first ordinary one of the forum."""
    found: dict[str, MeetingListed] = {}
    for one in coming:
        if one.body != FORUM or one.sort is MeetingSort.ORDINARY:
            found.setdefault(one.body, one)
    return {body.slug: found[body.slug] for body in bodies if body.slug in found}
