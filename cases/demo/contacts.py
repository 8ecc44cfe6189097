"""The contacts of the demonstration: the desk meets each group before the agreed day, but one it has let slip."""

from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from cases.access.actors import actor_for
from cases.case import Case, case_to_change
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.demo.scene import Scene, Tale, agree_on_contact
from cases.organisation.people import Person
from cases.states import State

MEETS_AT = time(10)
BEFORE = timedelta(days=9)
LEFT_ALONE = "grupp-hasselvinda"
SLIPPED_FOR = timedelta(days=200)  # longer than any two contacts lie apart
BY = "kontakt@tallvinda.example"


def keep_in_touch(database: Database, clock: MovingClock, day: date, end: datetime) -> None:
    """Let the desk meet the groups whose contact is due within nine days of the local day `day`, and agree on the next.

    One group is left alone in the last months before the moment `end`: its contact is overdue then.
    """
    calendar = database.calendar
    soon = calendar.end_of(day + BEFORE)
    due = select(Case.ref, Case.subject).where(
        Case.obligation == "contact", Case.state == State.PLANNED, Case.due_at <= soon
    )
    with database.reading() as session:
        found = session.execute(due.order_by(Case.id)).all()
    slips = day > calendar.day_of(end) - SLIPPED_FOR
    moment = datetime.combine(day, MEETS_AT, calendar.zone).astimezone(end.tzinfo)
    for ref, group in found:
        if moment < end and not (slips and group == LEFT_ALONE):
            clock.now = moment
            _meet(database, ref, moment)


def _meet(database: Database, ref: str, at: datetime) -> None:
    with database.transaction() as session:
        case = case_to_change(session, ref)
        person = session.scalars(select(Person.id).where(Person.email == BY)).one()
        by = actor_for(session, person, on=database.calendar.day_of(at))
        chance = Random(f"{ref} {at}")  # noqa: S311 - dice of a story  # nosec B311
        if by is not None:
            agree_on_contact(Scene(session, case, Tale(ref, "desk", "", chance), by, at))
