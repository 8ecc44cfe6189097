"""The days of one person, for their own calendar: what is due to them, what their groups owe, and their meetings."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.organisation.units import Unit, UnitKind
from cases.public.protection import PROTECTED
from cases.states import LADDER_STATES
from cases.village.forum.reading.calendar import MeetingInCalendar, meetings_in_calendar
from cases.village.owing import is_still_owed

MOST_DAYS = 500


@dataclass(frozen=True)
class OwnDay:
    """A local day by which something is due: `title` is that of the case, None of one of protected identity.

    `owed_by` is the name of the unit that owes it, None of a case that the person holds; `touched_at` is when somebody
    of the municipality last acted on it.
    """

    case_id: int
    ref: str
    on: date
    title: str | None
    owed_by: str | None
    touched_at: datetime


@dataclass(frozen=True)
class OwnDays:
    """What is due, the first day first, and the meetings, those of a year ago and cancelled ones too."""

    days: tuple[OwnDay, ...]
    meetings: tuple[MeetingInCalendar, ...]


def own_days(session: Session, by: Actor, *, at: datetime) -> OwnDays:
    """Return the days of this person as they are at the moment `at` (UTC). Two queries."""
    calendar = calendar_of(session)
    days = tuple(
        OwnDay(
            row.id, row.ref, calendar.day_of(row.due_at), None if row.protected else row.title,
            row.name if row.obligation else None, row.touched_at,
        )
        for row in session.execute(_due_to(by))
    )  # fmt: skip
    return OwnDays(days, meetings_in_calendar(session, _concerns(by), day=calendar.day_of(at)))


def _due_to(by: Actor) -> Select[*tuple[Any, ...]]:
    groups = [held.unit_id for held in by.roles if held.kind is UnitKind.GROUP]
    is_held = and_(Case.officer_id == by.person_id, Case.state.in_(LADDER_STATES))
    is_owed = and_(Case.responsible_id.in_(groups), is_still_owed())
    return (
        select(
            Case.id, Case.ref, Case.title, Case.due_at, Case.obligation, Case.touched_at, Unit.name,
            PROTECTED.label("protected"),
        )
        .join(Unit, Unit.id == Case.responsible_id)
        .where(Case.due_at.is_not(None), or_(is_held, is_owed))
        .order_by(Case.due_at, Case.id)
        .limit(MOST_DAYS)
    )  # fmt: skip


def _concerns(by: Actor) -> ColumnElement[bool]:
    """Return the condition on meetings: those of the bodies of the person, and those to which they are invited."""
    invited = select(Invited.meeting_id).where(Invited.person_id == by.person_id)
    return or_(Meeting.body_id.in_(by.unit_ids), Meeting.id.in_(invited))
