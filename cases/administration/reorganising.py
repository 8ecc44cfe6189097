"""Reorganising: adding, changing, switching off and dissolving units, each recorded by an event.

A unit with open cases cannot be switched off, since every open case needs an active unit (G1). Dissolving a unit moves
its cases to another one first, with an event for each case.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor, as_desk
from cases.case import Case
from cases.contacts.phone_numbers import read_phone_number
from cases.database.texts import is_storable_line
from cases.database.transactions import calendar_of
from cases.history.events import CaseCorrected, UnitAdded, UnitChanged, UnitSwitchedOff
from cases.history.journal import Entry
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import read_public_address
from cases.organisation.categories import Category
from cases.organisation.people import Membership, end_memberships
from cases.organisation.places import Place
from cases.organisation.units import IN_EVERY_HOUSE, GroupSort, Unit, UnitKind, unit_named
from cases.progress import Change, WaitingFor, change_state
from cases.refusals import (
    AlreadyThere,
    BadCharacters,
    CannotHoldCases,
    FieldRefusal,
    NoSortOfGroup,
    NotAllowed,
    SectorHasNoPlace,
    StillResponsible,
    UnknownName,
)
from cases.states import OPEN, State
from cases.village.obligations.ensuring import ensure_for
from cases.village.owing import end_with_unit
from cases.village.plans.records.plan import Plan
from cases.village.seats.giving import refuse_fewer_seats

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_SLUG = 60
DISSOLVED = "Gruppen är upplöst."  # why what was owed ends
ASSIGNABLE = frozenset({State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING})


@dataclass(frozen=True)
class UnitDetails:
    """The fields of a unit that can be changed. `place` is the slug of a place; None stands for no value.

    `sort` is that of a group; a group of a sector has no place. `sector_seats` is of a body of kind forum: how many
    seats each sector has there, by its word.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    sort: GroupSort | None = None
    sector_seats: dict[str, int] | None = None


def add_unit(session: Session, slug: str, kind: UnitKind, details: UnitDetails, *, by: Actor, at: datetime) -> Unit:
    """Add a unit and return it. What a group owes, and is owed, begins with it.

    Raises `AlreadyThere` when another unit has this slug, `FieldRefusal` when the slug is not of a-z, 0-9 and hyphens,
    `NotAMailAddress` or `LettersBeforeTheAt` when no letter can be sent to its mailbox, `NotAPhoneNumber`, and
    `NoSortOfGroup` or `SectorHasNoPlace` for its sort.
    """
    unit = add_unit_before_import(session, slug, kind, details, by=by, at=at)
    if kind is UnitKind.GROUP:
        ensure_for(session, slug, by=as_desk(by), at=at)
    return unit


def add_unit_before_import(
    session: Session, slug: str, kind: UnitKind, details: UnitDetails, *, by: Actor, at: datetime
) -> Unit:
    """Add a unit as `add_unit` does, but not what a group owes: that comes with an import, which ensures what lacks."""
    require_admin(by)
    refuse_bad_slug(slug)
    refuse_bad_characters(details)
    if session.scalar(select(Unit.id).where(Unit.slug == slug)):
        raise AlreadyThere(field="slug", name=slug)
    _refuse_wrong_sort(kind, details)
    unit = Unit(slug=slug, kind=kind, **_columns(session, details, None))
    session.add(unit)
    session.flush()
    record_for_municipality(session, UnitAdded(unit=slug, kind=kind), by=by, at=at)
    if kind is UnitKind.GROUP:
        session.add(Plan(slug=slug, unit_id=unit.id))
        session.flush()
    return unit


def change_unit(session: Session, unit: Unit, details: UnitDetails, *, by: Actor, at: datetime) -> list[str]:
    """Set all fields of the unit to these details; return the names of the columns that changed.

    A field that is None in `details` is emptied; `put_unit` keeps its value instead. Raises as `add_unit` does, and
    `SeatsStillHeld` when more seats of a sector are held than there would be.
    """
    require_admin(by)
    refuse_bad_characters(details)
    _refuse_wrong_sort(unit.kind, details)
    if details.sector_seats != unit.sector_seats:
        refuse_fewer_seats(session, unit, details.sector_seats)
    changed = update_fields(unit, _columns(session, details, unit))
    if changed:
        session.flush()
        record_for_municipality(session, UnitChanged(unit=unit.slug, what=changed), by=by, at=at)
    return changed


def put_unit(session: Session, slug: str, kind: UnitKind, details: UnitDetails, *, by: Actor, at: datetime) -> str:
    """Add the unit or change the existing one; return a text.

    The text is "added", the names of the changed columns joined by commas, or "as it was" when nothing changed. A field
    that is empty in `details` keeps its present value. Raises `FieldRefusal` when the existing unit is of another kind.
    """
    unit = session.scalar(select(Unit).where(Unit.slug == slug))
    if unit is None:
        add_unit(session, slug, kind, details, by=by, at=at)
        return "added"
    if unit.kind is not kind:
        raise FieldRefusal(field="kind")
    place = session.scalar(select(Place.slug).where(Place.id == unit.place_id))
    kept = UnitDetails(
        details.name,
        details.email or unit.email,
        details.phone or unit.phone,
        details.place or place,
        details.sort or unit.sort,
        details.sector_seats or unit.sector_seats,
    )
    return ", ".join(change_unit(session, unit, kept, by=by, at=at)) or "as it was"


def switch_off_unit(session: Session, unit: Unit, *, by: Actor, at: datetime) -> None:
    """Make the unit inactive; all roles that people have in it end today, its seats elsewhere, and what is owed of it.

    Raises `NotAllowed` for the desk, the forum and the council, and `StillResponsible` for a unit that has open cases
    or is waited for: `dissolve_unit` moves those to another unit first.
    """
    require_admin(by)
    _refuse_in_every_house(unit)
    end_with_unit(session, unit, DISSOLVED, by=as_desk(by), at=at)
    concerned = (Case.responsible_id == unit.id) | (Case.waiting_unit_id == unit.id)
    count = session.scalar(select(func.count()).where(concerned, Case.state.in_(OPEN))) or 0
    if count:
        raise StillResponsible(name=unit.name, count=count)
    _close_down(session, unit, at)
    record_for_municipality(session, UnitSwitchedOff(unit=unit.slug), by=by, at=at)


def dissolve_unit(session: Session, unit: Unit, into: str, *, by: Actor, at: datetime) -> tuple[int, int]:
    """Move the open cases of the unit to the unit with the slug `into`, and switch it off.

    Return how many cases were moved, and how many others waited for the unit and now wait for the new one, until the
    same day if it is to come. What is owed of the unit ends with it, and so do its seats in the forum. A case that is
    assigned, planned, in progress or waiting is assigned to the new unit with a new clock. A case in another state
    keeps state and clock. A case of the new unit that waited for this one is assigned to the new unit.

    Raises `NotAllowed` for the desk, the forum and the council, and `CannotHoldCases` when the unit `into` cannot be
    responsible for cases.
    """
    require_admin(by)
    _refuse_in_every_house(unit)
    successor = _successor(session, unit, into)
    end_with_unit(session, unit, DISSOLVED, by=as_desk(by), at=at)
    cases = _open_cases(session, Case.responsible_id == unit.id)
    for case in cases:
        _move(session, case, unit, successor, by=by, at=at)
    waiting = _open_cases(session, Case.waiting_unit_id == unit.id)
    for case in waiting:
        _await_successor(session, case, unit, successor, by=by, at=at)
    session.execute(update(Category).where(Category.suggests_id == unit.id).values(suggests_id=successor.id))
    _close_down(session, unit, at)
    record_for_municipality(session, UnitSwitchedOff(unit=unit.slug, moved_to=successor.slug), by=by, at=at)
    return len(cases), len(waiting)


def update_fields(row: Any, values: dict[str, Any]) -> list[str]:
    """Set the attributes of the database row to `values` (by name of the attribute).

    Return the names of the attributes that had another value before.
    """
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def refuse_bad_characters(details: Any) -> None:
    """Raise `BadCharacters` when a text among the details of a unit or a person is not one line that can be stored."""
    for name, text in vars(details).items():
        if isinstance(text, str) and not is_storable_line(text):
            raise BadCharacters(field=name)


def require_admin(by: Actor) -> None:
    """Raise `NotAllowed` unless the actor may change people, units and settings."""
    if not by.is_admin:
        raise NotAllowed(step="organise")


def refuse_bad_slug(slug: str) -> None:
    """Raise `FieldRefusal` unless the slug is of a-z, 0-9 and hyphens, at most 60 characters."""
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise FieldRefusal(field="slug")


def _columns(session: Session, details: UnitDetails, was: Unit | None) -> dict[str, Any]:
    """Return the values of a unit's columns by name; how it is reached already is not judged again."""
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    if details.email and (was is None or details.email != was.email):
        values["email"] = read_public_address(details.email)
    if details.phone and (was is None or details.phone != was.phone):
        values["phone"] = read_phone_number(details.phone)
    slug = values.pop("place")
    place_id = session.scalar(select(Place.id).where(Place.slug == slug)) if slug else None
    if slug and place_id is None:
        raise UnknownName(field="place", name=slug)
    return {**values, "place_id": place_id}


def _refuse_wrong_sort(kind: UnitKind, details: UnitDetails) -> None:
    if details.sort is not None and kind is not UnitKind.GROUP:
        raise NoSortOfGroup(field="sort")
    if details.sort is GroupSort.SECTOR and details.place:
        raise SectorHasNoPlace(field="sort")
    if details.sector_seats is not None and kind is not UnitKind.FORUM:
        raise FieldRefusal(field="seats")


def _refuse_in_every_house(unit: Unit) -> None:
    if unit.slug in IN_EVERY_HOUSE:
        raise NotAllowed(step="switch_off_unit")


def _open_cases(session: Session, which: ColumnElement[bool]) -> Sequence[Case]:
    return session.scalars(select(Case).where(which, Case.state.in_(OPEN)).order_by(Case.id).with_for_update()).all()


def _successor(session: Session, unit: Unit, into: str) -> Unit:
    successor = unit_named(session, into, field="into")
    if not successor.holds_cases or successor.id == unit.id:
        raise CannotHoldCases(field="into", name=into)
    return successor


def _move(session: Session, case: Case, unit: Unit, successor: Unit, *, by: Actor, at: datetime) -> None:
    if case.state in ASSIGNABLE:
        change = Change(State.ASSIGNED, responsible=successor.slug, note=_moved(unit, successor))
        change_state(session, case, change, by=as_desk(by), at=at)
        return
    entry = Entry(case, by=by, at=at)
    case.responsible_id, case.officer_id = successor.id, None
    entry.add(CaseCorrected(what=["responsible"], responsible=successor.slug))
    entry.write(session)


def _await_successor(session: Session, case: Case, unit: Unit, successor: Unit, *, by: Actor, at: datetime) -> None:
    if case.responsible_id == successor.id:  # it would wait for itself
        _move(session, case, unit, successor, by=by, at=at)
        return
    calendar = calendar_of(session)
    due_on = calendar.day_of(case.due_at) if case.due_at and case.due_at > at else None
    awaited = WaitingFor("unit", successor.slug, case.waiting_name, case.waiting_their_ref)
    change = Change(State.WAITING, step="wait", waiting_for=awaited, due_on=due_on, note=_moved(unit, successor))
    change_state(session, case, change, by=as_desk(by), at=at)


def _moved(unit: Unit, successor: Unit) -> str:
    return f"{unit.name} → {successor.name}"


def _close_down(session: Session, unit: Unit, at: datetime) -> None:
    today = calendar_of(session).day_of(at)
    end_memberships(session, or_(Membership.unit_id == unit.id, Membership.for_unit_id == unit.id), today)
    unit.switch_off()
    session.flush()
