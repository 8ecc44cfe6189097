"""Filling the demonstration: an invented municipality with eighteen months of history, the same each time."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random

from cases.administration.loading import load_house
from cases.calendar import add_months
from cases.database.transactions import Database, calendar_of
from cases.demo.meetings import plan_meetings
from cases.demo.moving_clock import MovingClock, database_at
from cases.demo.questions import Questions
from cases.demo.story import Story
from cases.organisation.municipality import municipality
from cases.settings import Settings

HOUSE = Path(__file__).with_name("house.toml")
MONTHS = 18
SEED = 1976
WHERE = "Bygdegården i Ekvinda"


def fill(settings: Settings, now: datetime, tell: Callable[[Database], None]) -> Story:
    """Fill an empty house with the months before `now`; `tell` lets the wire do its work after each day."""
    first = add_months(settings.calendar.day_of(now), -MONTHS)
    clock = MovingClock(datetime.combine(first, time(6), settings.timezone).astimezone(UTC))
    database = database_at(settings, clock)
    with database.transaction() as session:
        load_house(session, HOUSE.read_text(encoding="utf-8"), at=clock.now)
        municipality(session, locked=True).demonstration = True
        plan_meetings(session, range(first.year, calendar_of(session).day_of(now).year + 2), WHERE)
    story = Story(database, clock, Random(SEED), tell)  # noqa: S311 - dice of a story, not of a lock  # nosec B311
    story.run(Questions.of_the_house(first), first, now)
    database.close()
    return story
