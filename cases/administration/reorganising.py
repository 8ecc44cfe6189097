"""The organisation: units are added, changed, switched off and dissolved, each by an event.

A unit with open cases cannot be switched off (G1). Dissolving one moves them first, by an event per case.
"""

import re
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.events import CaseCorrected, DomainEvent, UnitAdded, UnitChanged, UnitSwitchedOff
from cases.history.journal import Entry
from cases.organisation.categories import Category
from cases.organisation.municipality import municipality
from cases.organisation.people import Membership, Role
from cases.organisation.places import Place
from cases.organisation.units import DESK, Unit, UnitKind, unit_named
from cases.progress import Change, change_state
from cases.refusals import AlreadyThere, CannotHoldCases, FieldRefusal, NotAllowed, StillResponsible, UnknownName
from cases.states import OPEN, State

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 60
ASSIGNABLE = frozenset({State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING})


@dataclass(frozen=True)
class UnitDetails:
    """What is known of a unit besides its slug and kind. `place` is a slug."""

    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None


def add_unit(session: Session, slug: str, kind: UnitKind, details: UnitDetails, *, by: Actor, at: datetime) -> Unit:
    """Give the new unit. Refuses a slug that is taken or has other signs than a-z, 0-9 and hyphens."""
    require_admin(by)
    refuse_bad_slug(slug)
    if session.scalar(select(Unit.id).where(Unit.slug == slug)):
        raise AlreadyThere(field="slug", name=slug)
    unit = Unit(slug=slug, kind=kind, **_columns(session, details))
    session.add(unit)
    session.flush()
    record_for_municipality(session, UnitAdded(unit=slug, kind=kind), by=by, at=at)
    return unit


def change_unit(session: Session, unit: Unit, details: UnitDetails, *, by: Actor, at: datetime) -> list[str]:
    """Let the unit be as the details says; give the names of what differed."""
    require_admin(by)
    what = update_fields(unit, _columns(session, details))
    if what:
        session.flush()
        record_for_municipality(session, UnitChanged(unit=unit.slug, what=what), by=by, at=at)
    return what


def put_unit(session: Session, slug: str, kind: UnitKind, details: UnitDetails, *, by: Actor, at: datetime) -> str:
    """Add the unit, or let the one that is there be as the details says; say in a word what that changed.

    What the details leaves open stays. Refuses another kind than it has.
    """
    unit = session.scalar(select(Unit).where(Unit.slug == slug))
    if unit is None:
        add_unit(session, slug, kind, details, by=by, at=at)
        return "added"
    if unit.kind is not kind:
        raise FieldRefusal(field="kind")
    place = session.scalar(select(Place.slug).where(Place.id == unit.place_id))
    kept = UnitDetails(details.name, details.email or unit.email, details.phone or unit.phone, details.place or place)
    return ", ".join(change_unit(session, unit, kept, by=by, at=at)) or "as it was"


def switch_off_unit(session: Session, unit: Unit, *, by: Actor, at: datetime) -> None:
    """Let the unit take no more cases, and end its memberships. Refuses the desk, and a unit with open cases."""
    require_admin(by)
    _refuse_desk(unit)
    count = session.scalar(select(func.count()).where(Case.responsible_id == unit.id, Case.state.in_(OPEN))) or 0
    if count:
        raise StillResponsible(name=unit.name, count=count)
    _close_down(session, unit, at)
    record_for_municipality(session, UnitSwitchedOff(unit=unit.slug), by=by, at=at)


def dissolve_unit(session: Session, unit: Unit, into: str, *, by: Actor, at: datetime) -> int:
    """Move the unit's open cases to the unit `into`, then switch it off; give how many were moved.

    Who takes over is asked anew: what was assigned, planned, in progress or waiting is assigned to the new unit with
    a new clock. What is parked or done stays so.
    """
    require_admin(by)
    _refuse_desk(unit)
    taker = _taker(session, unit, into)
    cases = session.scalars(
        select(Case).where(Case.responsible_id == unit.id, Case.state.in_(OPEN)).order_by(Case.id).with_for_update()
    ).all()
    for case in cases:
        _move(session, case, unit, taker, by=by, at=at)
    session.execute(update(Category).where(Category.suggests_id == unit.id).values(suggests_id=taker.id))
    _close_down(session, unit, at)
    record_for_municipality(session, UnitSwitchedOff(unit=unit.slug, moved_to=taker.slug), by=by, at=at)
    return len(cases)


def record_for_municipality(session: Session, happening: DomainEvent, *, by: Actor, at: datetime) -> None:
    """Write one event into the house's stream."""
    entry = Entry(municipality(session, locked=True), by=by, at=at)
    entry.add(happening)
    entry.write(session)


def update_fields(row: Any, values: dict[str, Any]) -> list[str]:
    """Set what differs; give its names."""
    what = [name for name, value in values.items() if getattr(row, name) != value]
    for name in what:
        setattr(row, name, values[name])
    return what


def require_admin(by: Actor) -> None:
    """Raise `NotAllowed` unless the actor may change people, units and settings."""
    if not by.is_admin:
        raise NotAllowed(step="organise")


def refuse_bad_slug(slug: str) -> None:
    """Raise `FieldRefusal` unless it is a-z, 0-9 and hyphens, at most 60."""
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise FieldRefusal(field="slug")


def _columns(session: Session, details: UnitDetails) -> dict[str, Any]:
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    slug = values.pop("place")
    place_id = session.scalar(select(Place.id).where(Place.slug == slug)) if slug else None
    if slug and place_id is None:
        raise UnknownName(field="place", name=slug)
    return {**values, "place_id": place_id}


def _refuse_desk(unit: Unit) -> None:
    if unit.slug == DESK:
        raise NotAllowed(step="switch_off_desk")


def _taker(session: Session, unit: Unit, into: str) -> Unit:
    taker = unit_named(session, into, field="into")
    if not taker.holds_cases or taker.id == unit.id:
        raise CannotHoldCases(field="into", name=into)
    return taker


def _move(session: Session, case: Case, unit: Unit, taker: Unit, *, by: Actor, at: datetime) -> None:
    if case.state in ASSIGNABLE:
        change = Change(State.ASSIGNED, responsible=taker.slug, note=f"{unit.name} → {taker.name}")
        as_the_desk = replace(
            by, roles=(*by.roles, (None, Role.CONTACT))
        )  # this act is the admin's, and so is its right
        change_state(session, case, change, by=as_the_desk, at=at)
        return
    entry = Entry(case, by=by, at=at)
    case.responsible_id, case.officer_id = taker.id, None
    entry.add(CaseCorrected(what=["responsible"]))
    entry.write(session)


def _close_down(session: Session, unit: Unit, at: datetime) -> None:
    today = calendar_of(session).day_of(at)
    session.execute(
        update(Membership).where(Membership.unit_id == unit.id, Membership.until.is_(None)).values(until=today)
    )
    unit.switch_off()
    session.flush()
