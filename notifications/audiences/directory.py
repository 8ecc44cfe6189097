"""The directory: which people and mailboxes the units have on a day, and who stands in for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, and_, bindparam, or_, select, true
from sqlalchemy.orm import Session, aliased

from cases.database.queries import any_of, columns_of, fetch_rows
from cases.mail_addresses import normalised
from cases.organisation.municipality import Municipality
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.units import Unit, UnitKind
from notifications.addresses import is_address


class HouseTold(NamedTuple):
    """What letters say of the house itself."""

    name: str
    contact_phone: str | None


class PersonTold(NamedTuple):
    """Somebody of the house."""

    id: int
    email: str
    name: str
    phone: str | None
    locale: str
    active: bool


class UnitTold(NamedTuple):
    """A unit with its mailbox."""

    id: int
    slug: str
    name: str
    kind: UnitKind
    email: str | None
    phone: str | None
    active: bool


@dataclass
class Holder:
    """Somebody in a role, with the deputy who stands in when the person is switched off."""

    person: PersonTold
    deputy: PersonTold | None

    def present(self) -> PersonTold | None:
        """Give who is told: the person, the deputy, or nobody."""
        return next((who for who in (self.person, self.deputy) if who and who.active), None)


@dataclass
class Directory:
    """What was read of the house, its units and its people."""

    house: HouseTold
    units: dict[str, UnitTold] = field(default_factory=dict)
    holders: dict[tuple[int, Role], list[Holder]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, Holder] = field(default_factory=dict)
    admins: list[PersonTold] = field(default_factory=list)  # read only when something is told them
    unreachable: frozenset[str] = frozenset()  # normalised addresses that letters cannot get to

    @property
    def desk(self) -> UnitTold:
        """The contact desk: every house has one."""
        return next(unit for unit in self.units.values() if unit.kind is UnitKind.DESK)

    def contact(self) -> PersonTold | None:
        """Give the contact person whom letters name; None while the house has none."""
        return next(iter(self.present(self.desk, Role.CONTACT)), None)

    def present(self, unit: UnitTold, *roles: Role) -> list[PersonTold]:
        """Give those who are told for these roles in the unit, each once."""
        found = (holder.present() for role in roles for holder in self.holders[unit.id, role])
        return list({person.id: person for person in found if person}.values())

    def belongs(self, person_id: int | None, unit: UnitTold) -> bool:
        """Say whether the person has a role in the unit."""
        own = (self.holders[unit.id, role] for role in Role)
        return any(holder.person.id == person_id for holders in own for holder in holders)

    def reaches(self, email: str | None) -> bool:
        """Say whether a letter can get there."""
        return is_address(email) and normalised(email or "") not in self.unreachable

    def deputies(self, unit: UnitTold, role: Role) -> list[PersonTold]:
        """Give the active deputies of those who hold the role."""
        held = self.holders[unit.id, role]
        return [holder.deputy for holder in held if holder.deputy and holder.deputy.active]

    def mailbox(self, unit: UnitTold) -> str | None:
        """Give the unit's mail address, when it is switched on and has one."""
        return unit.email if unit.active and is_address(unit.email) else None


DEPUTY = aliased(Person)
IN_ALL = len(PersonTold._fields)
AS_PERSON, AS_DEPUTY = columns_of(Person, PersonTold._fields), columns_of(DEPUTY, PersonTold._fields)
OF_HOUSE = columns_of(Municipality, HouseTold._fields)
WITH_DEPUTY = select(*AS_PERSON, *AS_DEPUTY).outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
PEOPLE = WITH_DEPUTY.where(any_of(Person.id, "ids"))
UNITS = (
    select(Membership.role, *AS_PERSON, *AS_DEPUTY, *columns_of(Unit, UnitTold._fields), *OF_HOUSE)
    .select_from(Municipality)
    .join(Unit, true())
    .outerjoin(Membership, and_(Membership.unit_id == Unit.id, serves_on(bindparam("day", type_=Date))))
    .outerjoin(Person, Person.id == Membership.person_id)
    .outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
    .where(or_(Unit.kind == UnitKind.DESK, any_of(Unit.slug, "slugs")))
    .order_by(Membership.since, Membership.id)
)


def directory_of(session: Session, day: date, *, slugs: Collection[str], people: Collection[int]) -> Directory:
    """Read the units with these slugs and the desk, their people of the day, and these people."""
    rows = fetch_rows(session, UNITS, {"day": day, "slugs": list(slugs)})
    directory = Directory(HouseTold(*rows[0][-len(OF_HOUSE) :]))  # there is a row at least: the desk's
    for role, *row in rows:
        unit = UnitTold(*row[2 * IN_ALL : -len(OF_HOUSE)])
        directory.units[unit.slug] = unit
        if role is not None:
            directory.holders[unit.id, role].append(_holder(row))
    for row in fetch_rows(session, PEOPLE, {"ids": list(people)}) if people else ():
        directory.people[row.id] = _holder(row)
    return directory


def _holder(row: Sequence[Any]) -> Holder:
    """Give the person with whom the row begins, and the deputy who follows, if there is one."""
    person, deputy = row[:IN_ALL], row[IN_ALL : 2 * IN_ALL]
    return Holder(PersonTold(*person), PersonTold(*deputy) if deputy[0] else None)
