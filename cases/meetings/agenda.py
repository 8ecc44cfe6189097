"""The agenda of a meeting: which cases the forum takes up there, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.case import WITH_NAMES, Case
from cases.meetings.agenda_items import AgendaItem, AgendaReason
from cases.meetings.meeting import Meeting, next_meeting
from cases.organisation.units import FORUM, Unit


@dataclass(frozen=True)
class OnAgenda:
    """A case that a meeting takes up, and why."""

    case: Case
    why: AgendaReason


def agenda_of(
    session: Session, meeting: Meeting, seen: ColumnElement[bool], *, day: date, calendar: Calendar
) -> list[OnAgenda]:
    """Return what the meeting takes up, of the cases that fulfil `seen`. `day` is the local day of today.

    What waits for the forum, or is not settled, belongs to the next meeting, what waits first. A meeting that has been
    held keeps what stood there on its day.
    """
    following = next_meeting(session, day)
    is_next = following is not None and following.id == meeting.id
    homeless = AgendaItem.settled_at.is_(None) if is_next else _stood_there(meeting, day, calendar)
    own = or_(AgendaItem.meeting_id == meeting.id, AgendaItem.meeting_id.is_(None) & homeless)
    put = list(_put_on(session, own, seen))
    there = {one.case.id for one in put}
    waits = [one for one in _waiting(session, seen) if one.case.id not in there] if is_next else []
    return [*waits, *put]


def _stood_there(meeting: Meeting, day: date, calendar: Calendar) -> ColumnElement[bool]:
    """Return whether an item stood on the agenda on the day of a meeting that has been held, as a condition."""
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
