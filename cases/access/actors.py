"""Actors: who does something, with which roles, and in what capacity towards a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.units import Unit, UnitKind
from cases.states import Who

if TYPE_CHECKING:
    from cases.case import Case


class ActorKind(StrEnum):
    """The kinds of actor, as events store them.

    REPORTER is somebody who opened the case by its public id, VISITOR anybody else who is not logged in. UNIT is
    whoever acts by the link in a letter to the shared mailbox of a unit. CLOCK is a sweep, COMMAND a command of the
    command line.
    """

    PERSON = "person"
    REPORTER = "reporter"
    VISITOR = "visitor"
    UNIT = "unit"
    CLOCK = "clock"
    IMPORT = "import"
    COMMAND = "command"


class HeldRole(NamedTuple):
    """One role that a person holds on the day, and the unit in which they hold it, with its kind.

    An admin has no unit: `unit_id` and `kind` are None.
    """

    unit_id: int | None
    role: Role
    kind: UnitKind | None = None


MACHINES = frozenset({ActorKind.IMPORT, ActorKind.COMMAND})  # they may do what staff may
WORKPLACES = frozenset({UnitKind.DESK, UnitKind.DEPARTMENT, UnitKind.BOARD})
STAFF_ROLES = frozenset({Role.CONTACT, Role.OFFICER, Role.HEAD})
AT_THE_DESK = HeldRole(None, Role.CONTACT, UnitKind.DESK)


@dataclass(frozen=True)
class Actor:
    """Who does something, as events record it: a person, a reporter, a unit's mailbox, a visitor or the system.

    `roles` are those that a person holds on the day; a unit's mailbox is a plain member of the unit. `case_id` is the
    case a reporter opened, `batch_id` the event batch of a sweep. When the system acts, the actor is a constant of this
    module: `A_COMMAND` for a command of the command line, `THE_IMPORT` for an import, `THE_CLOCK` (or
    `clock_for_batch`) for a sweep.
    """

    kind: ActorKind
    person_id: int | None = None
    name: str = ""
    email: str = ""
    roles: tuple[HeldRole, ...] = field(default=())
    case_id: int | None = None  # of a reporter: the case whose public id they hold
    unit_id: int | None = None  # of a shared mailbox: the unit whose it is
    batch_id: int | None = None  # of the clock: the batch (table `tick`) of the sweep in which it acts
    replied_automatically: bool = False  # a person whose mail program answered last: shown until they act

    @property
    def is_contact(self) -> bool:
        """True for a contact person of the desk, a command of the command line or the import."""
        at_desk = any(held.role is Role.CONTACT and held.kind is UnitKind.DESK for held in self.roles)
        return self.kind in MACHINES or at_desk

    @property
    def is_admin(self) -> bool:
        """True when the actor may change people, units and settings."""
        return self.kind is ActorKind.COMMAND or any(held.role is Role.ADMIN for held in self.roles)

    @property
    def is_staff(self) -> bool:
        """True for staff: a contact person, officer or head of the desk, a department or a board, or an admin.

        Also for a command of the command line and the import. Never for somebody whose roles are all in groups, the
        forum or the council, whatever the roles are called: the head of a group is its chair.
        """
        works = any(held.kind in WORKPLACES and held.role in STAFF_ROLES for held in self.roles)
        return works or self.is_admin or self.kind in MACHINES

    @property
    def works_here(self) -> bool:
        """True for staff, and for the shared mailbox of the desk, a department or a board, which its staff read."""
        is_theirs = self.kind is ActorKind.UNIT and any(held.kind in WORKPLACES for held in self.roles)
        return self.is_staff or is_theirs

    @property
    def unit_ids(self) -> frozenset[int]:
        """The ids of the units in which the actor has a role."""
        return frozenset(held.unit_id for held in self.roles if held.unit_id is not None)

    @property
    def seats(self) -> frozenset[int]:
        """The ids of the bodies of kind forum in which the actor sits.

        Such a body is asked at its meeting. Those who sit there read what is asked, and answer nothing by themselves.
        """
        return frozenset(held.unit_id for held in self.roles if held.unit_id and held.kind is UnitKind.FORUM)

    def is_in(self, unit_id: int | None) -> bool:
        """Return whether the actor has a role in the unit with this id; False for None."""
        return unit_id is not None and any(unit_id == held.unit_id for held in self.roles)

    def is_head_of(self, unit_id: int | None) -> bool:
        """Return whether the actor is a head of the unit with this id; False for None."""
        return unit_id is not None and any(unit_id == held.unit_id and held.role is Role.HEAD for held in self.roles)

    def roles_in(self, case: Case) -> frozenset[Who]:
        """Return the capacities in which the actor may act on the case, such as HEAD or REPORTER."""
        if self.kind is ActorKind.CLOCK:
            return frozenset({Who.CLOCK})
        found = set()
        if self.is_contact:
            found |= {Who.CONTACT, Who.STAFF}
        if self.is_staff:
            found.add(Who.STAFF)
        if self.is_in(case.responsible_id):
            found.add(Who.UNIT)
        if self.is_head_of(case.responsible_id):
            found.add(Who.HEAD)
        if self.is_in(case.group_id):
            found |= {Who.GROUP, Who.ASKED} if case.waits_for_reporter else {Who.GROUP}  # it gets the question too
        if self.is_in(case.waiting_unit_id) and case.waiting_unit_id not in self.seats:
            found.add(Who.ASKED)
        if self.kind is ActorKind.REPORTER and self.case_id == case.id:
            found |= {Who.REPORTER, Who.ASKED} if case.waits_for_reporter else {Who.REPORTER}
        return frozenset(found)


THE_CLOCK = Actor(ActorKind.CLOCK)
THE_IMPORT = Actor(ActorKind.IMPORT)
A_COMMAND = Actor(ActorKind.COMMAND)
A_VISITOR = Actor(ActorKind.VISITOR)


def clock_for_batch(batch_id: int) -> Actor:
    """Return the system actor for one sweep; `batch_id` is the id of the event batch that holds the sweep's events."""
    return Actor(ActorKind.CLOCK, batch_id=batch_id)


def as_desk(by: Actor) -> Actor:
    """Return the actor as one who may take the steps of the desk: for an act that leads to them, whoever may do it."""
    return replace(by, roles=(*by.roles, AT_THE_DESK))


def reporter_of(case: Case) -> Actor:
    """Return the actor for somebody who opened this case by its public id: they act as the reporter of the case."""
    return Actor(ActorKind.REPORTER, case_id=case.id)


def mailbox_of(unit: Unit) -> Actor:
    """Return the actor for whoever acts by a letter to the unit's shared mailbox, and may be anybody who reads it.

    To a case it is UNIT, or GROUP and ASKED; never staff, contact person or head.
    """
    member = HeldRole(unit.id, Role.MEMBER, unit.kind)
    return Actor(ActorKind.UNIT, unit_id=unit.id, name=unit.name, email=unit.email or "", roles=(member,))


def actor_for(session: Session, person_id: int, *, on: date) -> Actor | None:
    """Return the person as an actor with the roles held on this local day; None for an unknown or inactive person."""
    return actors_for(session, {person_id}, on=on).get(person_id)


def person_as_actor(row: Any, roles: tuple[HeldRole, ...] = ()) -> Actor:
    """Return the person of a row with these roles; the row has id, name, email and `auto_reply_at` of the person."""
    return Actor(
        ActorKind.PERSON, person_id=row.id, name=row.name, email=row.email, roles=roles,
        replied_automatically=row.auto_reply_at is not None,
    )  # fmt: skip


def actors_for(session: Session, person_ids: Collection[int], *, on: date) -> dict[int, Actor]:
    """Return the people with these ids as actors, by id, in one query; those who are unknown or inactive are left out.

    Each has the roles held on this local day.
    """
    rows = session.execute(
        select(Person.id, Person.name, Person.email, Person.auto_reply_at)
        .add_columns(Membership.unit_id, Membership.role, Unit.kind)
        .select_from(Person)
        .outerjoin(Membership, (Membership.person_id == Person.id) & serves_on(on))
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(Person.id.in_(person_ids), Person.active)
    )
    found: dict[int, Actor] = {}
    for row in rows:
        actor = found.get(row.id) or person_as_actor(row)
        held = () if row.role is None else (HeldRole(row.unit_id, row.role, row.kind),)
        found[row.id] = replace(actor, roles=(*actor.roles, *held))
    return found
