"""The meetings of a body as a calendar has them: cancelled ones too, each with what last happened to it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cases.history.journal import Event
from cases.meetings.meeting import Meeting
from cases.organisation.units import MEET, Unit
from cases.refusals import NotFound
from cases.village.forum.reading.meetings import meeting_listed
from cases.village.forum.reading.shown import MeetingListed

A_YEAR = timedelta(days=365)
MOST_MEETINGS = 200
IN_LETTERS = ("meeting.called", "meeting.moved", "meeting.cancelled")  # each goes out with an entry for the calendar


@dataclass(frozen=True)
class MeetingInCalendar:
    """A meeting, and the event that last told of it: its id, 0 when none did, and when that was (None: never)."""

    meeting: MeetingListed
    event: int
    changed: datetime | None


@dataclass(frozen=True)
class CalendarOfBody:
    """The meetings of the body with this name, the first day first."""

    name: str
    meetings: tuple[MeetingInCalendar, ...]


def calendar_of_body(session: Session, slug: str, *, day: date) -> CalendarOfBody:
    """Return the meetings of the active body with this slug, as `meetings_in_calendar` does. Two queries.

    Raises `NotFound` when there is no such unit, or it never meets.
    """
    body = session.scalars(select(Unit).where(Unit.slug == slug, Unit.active, Unit.kind.in_(MEET))).one_or_none()
    if body is None:
        raise NotFound(ref=slug)
    return CalendarOfBody(body.name, meetings_in_calendar(session, Meeting.body_id == body.id, day=day))


def meetings_in_calendar(session: Session, which: ColumnElement[bool], *, day: date) -> tuple[MeetingInCalendar, ...]:
    """Return the meetings on which the condition holds, from a year before the local day on, the first day first.

    One query.
    """
    told = (
        select(Event.stream, func.max(Event.id).label("event"), func.max(Event.at).label("changed"))
        .where(Event.type.in_(IN_LETTERS), Event.stream.in_(select(Meeting.case_id).where(which)))
        .group_by(Event.stream)
        .subquery()
    )
    found = (
        select(Meeting, Unit.slug, Unit.name, func.coalesce(told.c.event, 0), told.c.changed)
        .join(Unit, Unit.id == Meeting.body_id)
        .outerjoin(told, told.c.stream == Meeting.case_id)
        .where(which, Meeting.held_on >= day - A_YEAR)
        .order_by(Meeting.held_on, Meeting.id)
        .limit(MOST_MEETINGS)
    )
    rows = session.execute(found)
    return tuple(MeetingInCalendar(meeting_listed(one, slug, name), event, at) for one, slug, name, event, at in rows)
