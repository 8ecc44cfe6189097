"""Absence: from when to when somebody is away, and who stands in for them: that one gets what they would get."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.administration.reorganising import update_fields
from cases.database.transactions import calendar_of
from cases.history.events import PersonChanged
from cases.history.municipality_events import record_for_municipality
from cases.organisation.people import Membership, Person, serves_on
from cases.refusals import DateOutside, FieldRefusal, NameNeeded, NotAllowed, UnknownName

LONGEST = timedelta(days=730)


@dataclass(frozen=True)
class Absence:
    """The first and the last local day on which somebody is away, and the deputy who stands in for them."""

    first: date
    last: date
    deputy: Person | None


def go_away(session: Session, person: Person, absence: Absence, *, by: Actor, at: datetime) -> bool:
    """Note the absence in place of one that was noted before; return whether that changed anything.

    Raises `NotAllowed` for anybody but the person and an admin, `DateOutside` for a last day that has been, comes
    before the first or is more than two years off, `NameNeeded` without a deputy, `FieldRefusal` when they are their
    own deputy, and `UnknownName` for a deputy who shares no unit with them.
    """
    _refuse_others(person, by)
    today = calendar_of(session).day_of(at)
    earliest, latest = max(absence.first, today), today + LONGEST
    if not earliest <= absence.last <= latest:
        raise DateOutside("until", earliest, latest)
    _refuse_deputy(session, person, absence.deputy, today)
    new = {"away_from": absence.first, "away_until": absence.last, "deputy_id": absence.deputy and absence.deputy.id}
    return _change(session, person, new, by=by, at=at)


def come_back(session: Session, person: Person, *, by: Actor, at: datetime) -> bool:
    """End the absence, and return whether there was one. The deputy stays named, for the next time."""
    _refuse_others(person, by)
    return _change(session, person, {"away_from": None, "away_until": None}, by=by, at=at)


def is_away(person: Person, day: date) -> bool:
    """Return whether the person is away on this local day."""
    return bool(person.away_from and person.away_until and person.away_from <= day <= person.away_until)


def colleagues_of(session: Session, units: Collection[int], day: date) -> list[Person]:
    """Return the active people who hold a role in one of these units on this local day, by name."""
    serving = select(Membership.person_id).where(Membership.unit_id.in_(units), serves_on(day))
    found = select(Person).where(Person.active, Person.id.in_(serving)).order_by(Person.name, Person.id)
    return list(session.scalars(found))


def units_of(session: Session, person: Person, day: date) -> set[int]:
    """Return the ids of the units in which the person holds a role on this local day."""
    held = select(Membership.unit_id).where(Membership.person_id == person.id, Membership.unit_id.is_not(None))
    return {unit for unit in session.scalars(held.where(serves_on(day))) if unit is not None}


def _refuse_others(person: Person, by: Actor) -> None:
    if by.person_id != person.id and not by.is_admin:
        raise NotAllowed(step="absence")


def _refuse_deputy(session: Session, person: Person, deputy: Person | None, today: date) -> None:
    if deputy is None:
        raise NameNeeded(field="deputy")
    if deputy.id == person.id:
        raise FieldRefusal(field="deputy")
    named_before = deputy.id == person.deputy_id and deputy.active
    own = units_of(session, person, today)
    if not named_before and deputy.id not in {one.id for one in colleagues_of(session, own, today)}:
        raise UnknownName(field="deputy", name=deputy.email)


def _change(session: Session, person: Person, new: dict[str, Any], *, by: Actor, at: datetime) -> bool:
    changed = update_fields(person, new)
    if changed:
        session.flush()
        record_for_municipality(session, PersonChanged(person=person.id, what=changed), by=by, at=at)
    return bool(changed)
