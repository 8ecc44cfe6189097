"""The contacts of the demonstration: the desk meets each group before the agreed day, but one it has let slip."""

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from cases.access.actors import actor_for
from cases.case import Case
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.organisation.people import Person
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, log_contact

MEETS_AT = time(10)
BEFORE = timedelta(days=9)
LEFT_ALONE = "grupp-hasselvinda"
SLIPPED_FOR = timedelta(days=200)  # longer than any two contacts lie apart
BY = "kontakt@tallvinda.example"
NEXT_IN = 90, 170  # days
HOW = (
    (ContactWay.VISIT, "Vi sågs i bygdegården och gick igenom läget."),
    (ContactWay.PHONE, "Gruppen hade inga nya frågor."),
    (ContactWay.MEETING, "Gruppen berättade hur det går med planen."),
)


def keep_in_touch(database: Database, clock: MovingClock, day: date, end: datetime) -> None:
    """Let the desk meet the groups whose contact is due within nine days of the local day `day`, and agree on the next.

    One group is left alone in the last months before the moment `end`: its contact is overdue then.
    """
    calendar = database.calendar
    soon = calendar.end_of(day + BEFORE)
    due = select(Case.subject).where(Case.obligation == "contact", Case.state == State.PLANNED, Case.due_at <= soon)
    with database.reading() as session:
        found = session.scalars(due.order_by(Case.id)).all()
    slips = day > calendar.day_of(end) - SLIPPED_FOR
    moment = datetime.combine(day, MEETS_AT, calendar.zone).astimezone(end.tzinfo)
    for group in found:
        if group and moment < end and not (slips and group == LEFT_ALONE):
            clock.now = moment
            _meet(database, group, moment)


def _meet(database: Database, group: str, at: datetime) -> None:
    with database.transaction() as session:
        person = session.scalars(select(Person.id).where(Person.email == BY)).one()
        by = actor_for(session, person, on=database.calendar.day_of(at))
        chance = Random(f"{group} {at}")  # noqa: S311 - dice of a story  # nosec B311
        if by is not None:
            how, note = chance.choice(HOW)
            on = database.calendar.day_of(at)
            given = ContactGiven(on, how, on + timedelta(days=chance.randint(*NEXT_IN)), note)
            log_contact(session, unit_named(session, group), given, by=by, at=at)
