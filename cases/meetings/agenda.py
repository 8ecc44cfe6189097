"""The agenda of a meeting: which cases the body takes up there, and for which reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.case import WITH_NAMES, Case
from cases.meetings.agenda_items import AgendaItem, AgendaReason
from cases.meetings.meeting import Meeting, MeetingSort, next_meeting
from cases.organisation.units import Unit
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
    municipality. First come those that were chosen for it, in their order. For the body's next ordinary meeting, those
    follow that are proposed: what waits for the body (by due moment), then what has an open item (the oldest first).
    For a meeting in the past whose agenda was never sent, they are those whose item was open on its day. A case whose
    reporter lives under protected identity is on none, whoever reads it.
    """
    seen = and_(seen, ~PROTECTED)
    following = next_meeting(session, day, _body(session, meeting))
    is_next = following is not None and following.id == meeting.id
    unassigned = AgendaItem.settled_at.is_(None) if is_next else _was_open(meeting, day, calendar)
    proposed = and_(AgendaItem.body_id == meeting.body_id, AgendaItem.meeting_id.is_(None), unassigned)
    items = list(_put_on(session, or_(AgendaItem.meeting_id == meeting.id, proposed), seen))
    there = {item.case.id for item in items}
    waits = [item for item in _waiting(session, meeting, seen) if item.case.id not in there] if is_next else []
    return [*waits, *items]


def _body(session: Session, meeting: Meeting) -> str:
    return session.scalars(select(Unit.slug).where(Unit.id == meeting.body_id)).one()


def _was_open(meeting: Meeting, day: date, calendar: Calendar) -> ColumnElement[bool]:
    """Return the condition that an item was open on the day of this meeting, which has been held."""
    not_settled = AgendaItem.settled_at.is_(None) | (AgendaItem.settled_at >= calendar.morning_of(meeting.held_on))
    never_sent = meeting.agenda_sent_on is None or meeting.case_id is None  # or was held before agendas were sent
    was_held = meeting.held_on < day and never_sent and meeting.sort is MeetingSort.ORDINARY
    return (AgendaItem.added_at <= calendar.end_of(meeting.held_on)) & not_settled & was_held


def _put_on(session: Session, own: ColumnElement[bool], seen: ColumnElement[bool]) -> Iterator[OnAgenda]:
    rows = session.execute(
        select(Case, AgendaItem.why)
        .join(AgendaItem, Case.id == AgendaItem.case_id)
        .where(own, seen)
        .options(*WITH_NAMES)
        .order_by(AgendaItem.number.is_(None), AgendaItem.number, AgendaItem.added_at, AgendaItem.id)
    )
    return (OnAgenda(case, AgendaReason(why)) for case, why in rows)


def _waiting(session: Session, meeting: Meeting, seen: ColumnElement[bool]) -> Iterator[OnAgenda]:
    waits = select(Case).where(Case.waiting_unit_id == meeting.body_id, seen)
    cases = session.scalars(waits.options(*WITH_NAMES).order_by(Case.due_at, Case.id))
    return (OnAgenda(case, AgendaReason.WAITS) for case in cases)
