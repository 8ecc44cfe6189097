"""The directory: which people and mailboxes the units have on a day, and who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, or_, select, true
from sqlalchemy.orm import Session, aliased

from cases.house import House
from cases.town.people import Membership, Person, Role
from cases.town.units import Unit, UnitKind
from notifications.acts import some
from notifications.addresses import is_address, normalised


@dataclass
class Holder:
    """Somebody in a role, with the deputy who stands in when the person is switched off."""

    person: Person
    deputy: Person | None

    def present(self) -> Person | None:
        """Give who is told: the person, the deputy, or nobody."""
        return next((who for who in (self.person, self.deputy) if who and who.active), None)


@dataclass
class Directory:
    """What was read of the house, its units and its people."""

    house: House
    units: dict[str, Unit] = field(default_factory=dict)
    holders: dict[tuple[int, Role], list[Holder]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, Holder] = field(default_factory=dict)
    admins: list[Person] = field(default_factory=list)  # read only when something is told them
    unreachable: frozenset[str] = frozenset()  # normalised addresses that letters cannot get to

    @property
    def desk(self) -> Unit:
        """The contact desk: every house has one."""
        return next(unit for unit in self.units.values() if unit.kind is UnitKind.DESK)

    def contact(self) -> Person | None:
        """Give the contact person whom letters name; None while the house has none."""
        return next(iter(self.present(self.desk, Role.CONTACT)), None)

    def present(self, unit: Unit, *roles: Role) -> list[Person]:
        """Give those who are told for these roles in the unit, each once."""
        found = (holder.present() for role in roles for holder in self.holders[unit.id, role])
        return list({person.id: person for person in found if person}.values())

    def belongs(self, person_id: int | None, unit: Unit) -> bool:
        """Say whether the person has a role in the unit."""
        own = (self.holders[unit.id, role] for role in Role)
        return any(holder.person.id == person_id for holders in own for holder in holders)

    def reaches(self, email: str | None) -> bool:
        """Say whether a letter can get there."""
        return is_address(email) and normalised(email or "") not in self.unreachable

    def deputies(self, unit: Unit, role: Role) -> list[Person]:
        """Give the active deputies of those who hold the role."""
        held = self.holders[unit.id, role]
        return [holder.deputy for holder in held if holder.deputy and holder.deputy.active]

    def mailbox(self, unit: Unit) -> str | None:
        """Give the unit's mail address, when it is switched on and has one."""
        return unit.email if unit.active and is_address(unit.email) else None


def serving(day: date | BindParameter[date]) -> tuple[ColumnElement[bool], ...]:
    """Give the condition that a membership holds on this local day."""
    return Membership.since <= day, or_(Membership.until.is_(None), Membership.until > day)


DEPUTY = aliased(Person)
WITH_DEPUTY = select(Person, DEPUTY).outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
PEOPLE = WITH_DEPUTY.where(Person.id.in_(some("ids")))
UNITS = (
    select(House, Unit, Membership.role, Person, DEPUTY)
    .select_from(House)
    .join(Unit, true())
    .outerjoin(Membership, and_(Membership.unit_id == Unit.id, *serving(bindparam("day", type_=Date))))
    .outerjoin(Person, Person.id == Membership.person_id)
    .outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
    .where(or_(Unit.kind == UnitKind.DESK, Unit.slug.in_(some("slugs"))))
    .order_by(Membership.since, Membership.id)
)


def directory_of(session: Session, day: date, *, slugs: Collection[str], people: Collection[int]) -> Directory:
    """Read the units with these slugs and the desk, their people of the day, and these people."""
    rows = session.execute(UNITS, {"day": day, "slugs": list(slugs)}).all()
    directory = Directory(rows[0][0])  # there is a row at least: the desk's
    for _, unit, role, person, deputy in rows:
        directory.units[unit.slug] = unit
        if person is not None:
            directory.holders[unit.id, role].append(Holder(person, deputy))
    for person, deputy in session.execute(PEOPLE, {"ids": list(people)}) if people else ():
        directory.people[person.id] = Holder(person, deputy)
    return directory
