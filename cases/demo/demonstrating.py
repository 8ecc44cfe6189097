"""Filling the demonstration: an invented municipality with its cases of eighteen months, the same at each filling."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.administration.loading import load_setup_file
from cases.calendar import add_months
from cases.case import Case
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock, database_at
from cases.demo.questions import Questions
from cases.demo.story import Story
from cases.demo.villages.meetings import meeting_days, plan_meetings
from cases.demo.villages.plans_told import read_plans
from cases.demo.villages.years import VillageYears
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import IN_EVERY_HOUSE, Unit
from cases.settings import Settings

SETUP_FILE = Path(__file__).with_name("house.toml")
MONTHS = 18
SEED = 1976
MEETING_PLACE = "Bygdegården i Ekvinda"


def fill(settings: Settings, now: datetime, send_letters: Callable[[Database], None]) -> Story:
    """Fill an empty database with invented cases of the 18 months before `now` (UTC).

    Return the story, which counts what was refused. `send_letters` is called after each day of the story, to plan and
    send the letters of that day.
    """
    first = add_months(settings.calendar.day_of(now), -MONTHS)
    clock = MovingClock(datetime.combine(first, time(6), settings.timezone).astimezone(UTC))
    database = database_at(settings, clock)
    last = settings.calendar.day_of(now)
    years = range(first.year, last.year + 2)
    with database.transaction() as session:
        load_setup_file(session, SETUP_FILE.read_text(encoding="utf-8"), at=clock.now)
        municipality(session, locked=True).demonstration = True
        plan_meetings(session, years, MEETING_PLACE, since=first)
    story = Story(database, clock, Random(SEED), send_letters)  # noqa: S311 - dice of a story, not of a lock  # nosec B311
    days = tuple(day for day in meeting_days(years) if first <= day <= last)
    villages = VillageYears(read_plans(), first, database, clock, days)
    story.run(Questions.read(first), villages, first, now)
    story.refused += villages.refused
    database.close()
    return story


def is_empty(database: Database) -> bool:
    """Return whether the database has no people and no cases yet, and no units but those of every house."""
    own_units = select(Unit.id).where(Unit.slug.not_in(IN_EVERY_HOUSE))
    with database.reading() as session:
        return not any(session.scalar(found.limit(1)) for found in (select(Person.id), select(Case.id), own_units))


def who_may_log_in(session: Session) -> list[tuple[str, str]]:
    """Look up one person for each role, for somebody to try the demonstration as; return (mail address, name) of each.

    Return [] when the database holds a real municipality.
    """
    if not municipality(session).demonstration:
        return []
    people = select(Membership.role, Person.email, Person.name).join(Person, Person.id == Membership.person_id)
    first: dict[Role, tuple[str, str]] = {}
    for role, email, name in session.execute(people.where(Person.active).order_by(Membership.id)):
        first.setdefault(role, (email, name))
    return [first[role] for role in Role if role in first]
