"""What is owed by whom, late first; and what ought to be owed and is not."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from cases.village.obligations.table import lacking
from cases.village.owing import is_still_owed


@dataclass(frozen=True)
class OwedCase:
    """What one open case owes. `holder` is the slug of the unit that has it, `due_on` a local day, `case` a reference.

    It is `late` from the day after its day.
    """

    obligation: str
    subject: str
    holder: str
    due_on: date
    case: str
    late: bool


def what_is_owed(session: Session, now: datetime) -> list[OwedCase]:
    """Query and return what is owed at the moment `now` (UTC) and not given yet: late first, then by its day."""
    calendar = calendar_of(session)
    columns = select(Case.obligation, Case.subject, Unit.slug, Case.due_at, Case.ref)
    owed = columns.join_from(Case, Unit, Unit.id == Case.responsible_id).where(is_still_owed())
    found = [
        OwedCase(obligation or "", subject or "", holder, calendar.day_of(due_at), ref, due_at < now)
        for obligation, subject, holder, due_at, ref in session.execute(owed)
        if due_at is not None
    ]
    return sorted(found, key=lambda one: (not one.late, one.due_on, one.obligation, one.subject))


def holders_without_people(session: Session, day: date) -> list[str]:
    """Query and return the slugs of the units that owe something and in which nobody serves on this local day."""
    serving = exists().where(
        Membership.unit_id == Unit.id, Membership.person_id == Person.id, Person.active, serves_on(day)
    )
    found = select(Unit.slug).join(Case, Case.responsible_id == Unit.id).where(is_still_owed(), ~serving)
    return list(session.scalars(found.distinct().order_by(Unit.slug)))


def what_lacks(session: Session) -> list[tuple[str, str]]:
    """Query and return what ought to be owed and is not, each as obligation and subject."""
    return [(obligation.name, owed.subject) for obligation, owed in lacking(session)]
