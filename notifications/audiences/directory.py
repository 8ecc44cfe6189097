"""The directory: who holds which role in which unit on a certain day, their deputies, and the units' mailboxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, ScalarSelect, and_, bindparam, or_, select, true
from sqlalchemy.orm import Session, aliased

from cases.database.queries import any_of, columns_of, fetch_rows
from cases.mail_addresses import normalised
from cases.organisation.municipality import Municipality
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.units import Unit, UnitKind
from cases.reading.details import rows_of
from notifications.addresses import is_address
from notifications.deliveries import Address


class DirectoryMunicipality(NamedTuple):
    """The municipality's name and telephone number, for letters."""

    name: str
    contact_phone: str | None


class DirectoryPerson(NamedTuple):
    """A person who can log in: the mail address and language for their letters, and whether they are active.

    From the local day `away_from` to `away_until` they are away; None: they are not.
    """

    id: int
    email: str
    name: str
    phone: str | None
    locale: str
    active: bool
    away_from: date | None = None
    away_until: date | None = None

    def is_away_on(self, day: date) -> bool:
        """Return whether the person is away on this local day."""
        return bool(self.away_from and self.away_until and self.away_from <= day <= self.away_until)


class DirectoryUnit(NamedTuple):
    """A unit. `email` is its mailbox, None if it has none; an inactive unit has been switched off."""

    id: int
    slug: str
    name: str
    kind: UnitKind
    email: str | None
    phone: str | None
    active: bool


@dataclass
class Holder:
    """A person who may hold roles, and the deputy who takes their place while the person is switched off or away.

    `day` is the local day on which somebody is told.
    """

    person: DirectoryPerson
    deputy: DirectoryPerson | None
    day: date

    def acting(self) -> DirectoryPerson | None:
        """Return the person if they are active and here, else the deputy if that one is, else None.

        Whoever is away without a deputy who is here acts themself: nobody else would be told.
        """
        both = [person for person in (self.person, self.deputy) if person and person.active]
        here = (person for person in both if not person.is_away_on(self.day))
        return next(here, self.person if self.person.active else None)

    def is_stood_in_for(self) -> bool:
        """Return whether the person is away, and somebody else acts for them."""
        acting = self.acting()
        return self.person.active and acting is not None and acting.id != self.person.id


@dataclass
class Directory:
    """The municipality, the units and people that the caller asked for, and who holds a role in them on one day.

    `units` is by slug, `people` by person id, `holders` by unit id and role. `admins` is empty unless an event's rules
    tell the admins. `unreachable` are normalised mail addresses to which no letter may go.
    """

    municipality: DirectoryMunicipality
    units: dict[str, DirectoryUnit] = field(default_factory=dict)  # by slug
    holders: dict[tuple[int, Role], list[Holder]] = field(default_factory=lambda: defaultdict(list))  # by unit's id
    people: dict[int, Holder] = field(default_factory=dict)
    admins: list[DirectoryPerson] = field(default_factory=list)  # read only when a rule tells them
    unreachable: frozenset[str] = frozenset()  # normalised addresses that no letter reaches

    @property
    def desk(self) -> DirectoryUnit:
        """The contact desk; every municipality has one."""
        return next(unit for unit in self.units.values() if unit.kind is UnitKind.DESK)

    def contact_person(self) -> DirectoryPerson | None:
        """Return whom letters give as contact person: the first of the desk who is active; None if there is none.

        An active deputy counts in the place of a contact person who is switched off.
        """
        return next(iter(self.acting(self.desk, Role.CONTACT)), None)

    def acting(self, unit: DirectoryUnit, *roles: Role) -> list[DirectoryPerson]:
        """Return the holders of these roles in the unit, in the order of `roles`, each person once.

        A holder who is switched off or away is replaced by their deputy. One who is switched off and has no active
        deputy is left out.
        """
        found = (holder.acting() for role in roles for holder in self.holders[unit.id, role])
        return list({person.id: person for person in found if person}.values())

    def away(self, unit: DirectoryUnit, *roles: Role) -> list[DirectoryPerson]:
        """Return the holders of these roles for whom somebody else acts while they are away, each person once."""
        held = (holder for role in roles for holder in self.holders[unit.id, role])
        return list({one.person.id: one.person for one in held if one.is_stood_in_for()}.values())

    def belongs(self, person_id: int | None, unit: DirectoryUnit) -> bool:
        """Return whether the person with this id holds any role in the unit; False for None."""
        return any(holder.person.id == person_id for role in Role for holder in self.holders[unit.id, role])

    def can_reach(self, email: str | None) -> bool:
        """Return whether letters can go to this address; False if it is no mail address or is in `unreachable`.

        For an alarm about a letter that failed, `unreachable` holds the address to which that letter was sent.
        """
        return is_address(email) and normalised(email or "") not in self.unreachable

    def deputies(self, unit: DirectoryUnit, role: Role) -> list[DirectoryPerson]:
        """Return the active deputies of all holders of this role in the unit, also of holders who are active."""
        held = self.holders[unit.id, role]
        return [holder.deputy for holder in held if holder.deputy and holder.deputy.active]

    def mailbox(self, unit: DirectoryUnit) -> str | None:
        """Return the unit's mail address; None when it has none, or the unit is switched off."""
        return unit.email if unit.active and is_address(unit.email) else None


DEPUTY = aliased(Person)
PERSON_WIDTH = len(DirectoryPerson._fields)
PERSON_COLUMNS = columns_of(Person, DirectoryPerson._fields)
DEPUTY_COLUMNS = columns_of(DEPUTY, DirectoryPerson._fields)
UNIT_COLUMNS = columns_of(Unit, DirectoryUnit._fields)
MUNICIPALITY_COLUMNS = columns_of(Municipality, DirectoryMunicipality._fields)
WITH_DEPUTY = select(*PERSON_COLUMNS, *DEPUTY_COLUMNS).outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
PEOPLE = WITH_DEPUTY.where(any_of(Person.id, "ids"))
DEAD: ScalarSelect[Any] = (
    select(rows_of(Address.email_normalised)).where(Address.dead_since.is_not(None)).scalar_subquery()
)
UNITS = (
    select(DEAD, Membership.role, *PERSON_COLUMNS, *DEPUTY_COLUMNS, *UNIT_COLUMNS, *MUNICIPALITY_COLUMNS)
    .select_from(Municipality)
    .join(Unit, true())
    .outerjoin(Membership, and_(Membership.unit_id == Unit.id, serves_on(bindparam("day", type_=Date))))
    .outerjoin(Person, Person.id == Membership.person_id)
    .outerjoin(DEPUTY, DEPUTY.id == Person.deputy_id)
    .where(or_(Unit.kind == UnitKind.DESK, any_of(Unit.slug, "slugs")))
    .order_by(Membership.since, Membership.id)
)


def directory_of(session: Session, day: date, *, slugs: Collection[str], people: Collection[int]) -> Directory:
    """Return the directory of the desk and the units with these slugs: who holds a role there on `day`, a local date.

    It also has the people with the ids `people`. A slug or id that does not exist is left out.
    """
    rows = fetch_rows(session, UNITS, {"day": day, "slugs": list(slugs)})
    municipality = rows[0][-len(MUNICIPALITY_COLUMNS) :]  # there is at least one row, the desk's
    directory = Directory(DirectoryMunicipality(*municipality))
    directory.unreachable = frozenset(address for (address,) in rows[0][0] or ())
    for _, role, *row in rows:
        unit = DirectoryUnit(*row[2 * PERSON_WIDTH : -len(MUNICIPALITY_COLUMNS)])
        directory.units[unit.slug] = unit
        if role is not None:
            directory.holders[unit.id, role].append(_holder(row, day))
    for row in fetch_rows(session, PEOPLE, {"ids": list(people)}) if people else ():
        directory.people[row.id] = _holder(row, day)
    return directory


def _holder(row: Sequence[Any], day: date) -> Holder:
    """Return the holder from a row: the columns of the person come first, then those of the deputy, if any."""
    person, deputy = row[:PERSON_WIDTH], row[PERSON_WIDTH : 2 * PERSON_WIDTH]
    return Holder(DirectoryPerson(*person), DirectoryPerson(*deputy) if deputy[0] else None, day)
