"""Proposing: what a body's next ordinary meeting ought to take up: what is late, waits, or was carried over."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.case import Case
from cases.meetings.agenda_items import AgendaItem, AgendaReason
from cases.meetings.meeting import Meeting, MeetingSort, next_meeting
from cases.organisation.units import FORUM, Unit
from cases.public.protection import PROTECTED
from cases.states import OPEN, State

ABOUT_THEN = timedelta(days=14)  # how far from the day of the meeting a case may have been parked to
ORDER = (AgendaReason.WAITS, AgendaReason.CARRIED, AgendaReason.OVERDUE, AgendaReason.CHOSEN, AgendaReason.PARKED)


@dataclass(frozen=True)
class Proposed:
    """What is proposed for a meeting: a case or a topic, and why. `item_id` is None for what has no item yet."""

    item_id: int | None
    case_id: int | None
    topic: str | None
    why: AgendaReason


def is_next(session: Session, meeting: Meeting, day: date) -> bool:
    """Return whether the meeting is its body's next ordinary one on this local day."""
    following = next_meeting(session, day, session.get_one(Unit, meeting.body_id).slug)
    return following is not None and following.id == meeting.id


def proposed_for(session: Session, meeting: Meeting, *, day: date, calendar: Calendar) -> list[Proposed]:
    """Return what is proposed for the meeting on this local day, in the order of `ORDER`, the oldest first.

    For a body's next ordinary meeting: each open item that names no meeting, and what waits for the body; for that of
    the forum also what was parked until about its day. For any other meeting nothing is proposed. A case of protected
    identity never is.
    """
    if meeting.sort is not MeetingSort.ORDINARY or meeting.closed_on is not None or meeting.cancelled_on is not None:
        return []
    if not is_next(session, meeting, day):
        return []
    items = (
        select(AgendaItem.id, AgendaItem.case_id, AgendaItem.topic, AgendaItem.why)
        .outerjoin(Case, Case.id == AgendaItem.case_id)
        .where(AgendaItem.body_id == meeting.body_id, AgendaItem.meeting_id.is_(None), AgendaItem.settled_at.is_(None))
        .where(or_(AgendaItem.case_id.is_(None), ~PROTECTED))
        .order_by(AgendaItem.added_at, AgendaItem.id)
    )
    found = [Proposed(row.id, row.case_id, row.topic, AgendaReason(row.why)) for row in session.execute(items)]
    on_an_agenda = select(AgendaItem.case_id).where(
        AgendaItem.body_id == meeting.body_id, AgendaItem.settled_at.is_(None), AgendaItem.case_id.is_not(None)
    )
    others = select(Case.id, Case.state).where(
        or_(Case.waiting_unit_id == meeting.body_id, _parked_until_then(session, meeting, calendar)),
        Case.state.in_(sorted(OPEN - {State.DONE})), ~PROTECTED, Case.id.not_in(on_an_agenda),
    )  # fmt: skip
    for case_id, state in session.execute(others.order_by(Case.due_at, Case.id)):
        found.append(
            Proposed(None, case_id, None, AgendaReason.PARKED if state is State.PARKED else AgendaReason.WAITS)
        )
    return sorted(found, key=lambda one: ORDER.index(one.why))


def _parked_until_then(session: Session, meeting: Meeting, calendar: Calendar) -> ColumnElement[bool]:
    first, last = meeting.held_on - ABOUT_THEN, meeting.held_on + ABOUT_THEN
    about = Case.due_at.between(calendar.morning_of(first), calendar.end_of(last))
    return and_(Case.state == State.PARKED, about, literal(session.get_one(Unit, meeting.body_id).slug == FORUM))
