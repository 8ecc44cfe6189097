"""The demonstration's forum meetings: on the third Thursday of April and October."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.meetings.meeting import Meeting

MEETINGS = ((4, "våren"), (10, "hösten"))
THURSDAY = 3


def plan_meetings(session: Session, years: range, where: str) -> None:
    """Plan the forum's meetings of these years; a day that has a meeting already gets no other.

    `where` is the name of the place where they are held.
    """
    planned = set(session.scalars(select(Meeting.held_on)))
    for year in years:
        for month, season in MEETINGS:
            day = third_thursday(year, month)
            if day not in planned:
                session.add(Meeting(held_on=day, name=f"Lokalt utvecklingsforum, {season} {year}", where=where))


def third_thursday(year: int, month: int) -> date:
    """Return the third Thursday of the month."""
    first = date(year, month, 1)
    return first + timedelta(days=(THURSDAY - first.weekday()) % 7 + 14)
