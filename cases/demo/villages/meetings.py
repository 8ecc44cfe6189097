"""The demonstration's forum meetings: on the third Thursday of April and October."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.meetings.meeting import Meeting, MeetingPlan, plan_meeting

MEETINGS = ((4, "våren"), (10, "hösten"))
THURSDAY = 3


def plan_meetings(session: Session, years: range, where: str, *, since: date = date.min) -> None:
    """Plan the forum's meetings of these years; a day that has a meeting already gets no other, nor one before `since`.

    `where` is the name of the place where they are held.
    """
    planned, seasons = set(session.scalars(select(Meeting.held_on))), dict(MEETINGS)
    for day in meeting_days(years):
        if day >= since and day not in planned:
            plan_meeting(session, MeetingPlan(day, f"Lokalt utvecklingsforum, {seasons[day.month]} {day.year}", where))


def meeting_days(years: range) -> list[date]:
    """Return the local days of the forum's meetings in these years."""
    return [third_thursday(year, month) for year in years for month, _ in MEETINGS]


def third_thursday(year: int, month: int) -> date:
    """Return the third Thursday of the month."""
    first = date(year, month, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)
