"""Adjusting the minutes of a meeting: from then on everybody may read them, and nothing in them changes."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import MinutesAdjusted
from cases.meetings.meeting import Meeting
from cases.refusals import DateOutside, NotClosed
from cases.village.forum.convening.inviting import people_named
from cases.village.forum.finding import meeting_numbered, meeting_to_change, require_at_table
from cases.village.forum.meeting_case import ensured_case, finish

ADJUSTED = "Protokollet är justerat."  # what the meeting's case says


def adjust_minutes(
    session: Session, number: int, on: date | None, adjusters: Sequence[str], *, by: Actor, at: datetime
) -> Meeting:
    """Record that the minutes of the meeting with this number were adjusted on the local day `on` (None: today).

    `adjusters` are the mail addresses of those who adjusted them. What the meeting owed is given with it. Raises
    `NotAllowed`, `NotFound`, `MeetingOver` when they are adjusted already, `NotClosed`, `DateOutside`, `UnknownName`.
    """
    require_at_table(session, "adjust_minutes", by)
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number, numbers=())
    meeting, today = held.meeting, calendar_of(session).day_of(at)
    if meeting.closed_on is None:
        raise NotClosed
    adjusted_on = on or today
    if not meeting.closed_on <= adjusted_on <= today:
        raise DateOutside(field="on", earliest=meeting.closed_on, latest=today)
    people = people_named(session, adjusters, field="by")
    event = MinutesAdjusted(
        meeting=number, body=held.body.slug, sort=meeting.sort.value, on=meeting.held_on.isoformat(),
        adjusted_on=adjusted_on.isoformat(), adjusters=[person.id for person in people],
    )  # fmt: skip
    with batch(session, by, at) as actor:
        finish(session, held.home, ADJUSTED, ((event, ()),), by=actor, at=at)
    meeting.adjusted_on = adjusted_on
    session.flush()
    return meeting
