"""The agenda of a meeting: which cases the forum takes up there, and for which reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.case import WITH_NAMES, Case
from cases.meetings.agenda_items import AgendaItem, AgendaReason
from cases.meetings.meeting import Meeting, next_meeting
from cases.organisation.units import FORUM, Unit
from cases.public.protection import PROTECTED


@dataclass(frozen=True)
class OnAgenda:
    """A case on the agenda of a meeting, and the reason why it is there."""

    case: Case
    why: AgendaReason


def agenda_of(
    session: Session, meeting: Meeting, seen: ColumnElement[bool], *, day: date, calendar: Calendar
) -> list[OnAgenda]:
    """Return the cases on the agenda of this meeting that the reader may see.

    `seen` is the SQL condition on `Case` for what the reader may see, `day` today's local date, `calendar` that of the
    municipality. For the next meeting, these are first the cases that wait for the forum (by due moment), then those
    with an open agenda item (the oldest first). For a meeting in the past, they are those whose item was open on
    the day of the meeting. An item that names a meeting is on the agenda of that one only. A case whose reporter lives
    under protected identity is on none, whoever reads it.
    """
    seen = and_(seen, ~PROTECTED)
    following = next_meeting(session, day)
    is_next = following is not None and following.id == meeting.id
    unassigned = AgendaItem.settled_at.is_(None) if is_next else _was_open(meeting, day, calendar)
    own = or_(AgendaItem.meeting_id == meeting.id, AgendaItem.meeting_id.is_(None) & unassigned)
    items = list(_put_on(session, own, seen))
    item_ids = {item.case.id for item in items}
    waits = [item for item in _waiting(session, seen) if item.case.id not in item_ids] if is_next else []
    return [*waits, *items]


def _was_open(meeting: Meeting, day: date, calendar: Calendar) -> ColumnElement[bool]:
    """Return the condition that an item was open on the day of this meeting, which has been held."""
    not_settled = AgendaItem.settled_at.is_(None) | (AgendaItem.settled_at >= calendar.morning_of(meeting.held_on))
    return (AgendaItem.added_at <= calendar.end_of(meeting.held_on)) & not_settled & (meeting.held_on < day)


def _put_on(session: Session, own: ColumnElement[bool], seen: ColumnElement[bool]) -> Iterator[OnAgenda]:
    rows = session.execute(
        select(Case, AgendaItem.why)
        .join(AgendaItem, Case.id == AgendaItem.case_id)
        .where(own, seen)
        .options(*WITH_NAMES)
        .order_by(AgendaItem.added_at, AgendaItem.id)
    )
    return (OnAgenda(case, AgendaReason(why)) for case, why in rows)


def _waiting(session: Session, seen: ColumnElement[bool]) -> Iterator[OnAgenda]:
    forum = select(Unit.id).where(Unit.slug == FORUM).scalar_subquery()
    waits = select(Case).where(Case.waiting_unit_id == forum, seen)
    cases = session.scalars(waits.options(*WITH_NAMES).order_by(Case.due_at, Case.id))
    return (OnAgenda(case, AgendaReason.WAITS) for case in cases)
