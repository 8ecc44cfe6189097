"""The town: units, their mailboxes and their people, as they stood on a day and at a moment.

Memberships have a first and a last day. What else changed since is told by the house's own events; where those do not
say what it was before, one cannot know, and the unit counts as unsure.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from proof.checker.evidence.snapshot import Row, Snapshot, as_json, moment_of

UNITS = "SELECT id, slug, kind, email, active FROM unit"
PEOPLE = "SELECT id, email, active, deputy_id FROM person"
SEATS = "SELECT person_id, unit_id, role, since, until FROM membership ORDER BY id"
CHANGES = """
    SELECT type, facts, recorded_at FROM event
    WHERE stream = 0 AND (type LIKE 'person.%' OR type LIKE 'unit.%') AND type <> 'person.asked_for_link'
    AND type <> 'person.logged_in' ORDER BY seq"""
MOVES = ("person.added", "person.changed", "person.switched_off")


def plain_address(email: str | None) -> str | None:
    """Give the address as two that are the same compare; None when no letter can go there."""
    name, at, domain = (email or "").strip().lower().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}" if name.isascii() and name and at and domain else None
    except UnicodeError:
        return None


@dataclass(frozen=True)
class Seat:
    """A role of a person in a unit (None: of the house), from one local day until another."""

    person: int
    unit: int | None
    role: str
    since: date
    until: date | None

    def is_held_on(self, day: date) -> bool:
        """Say whether it is held on this day; the last day is not one of them."""
        return self.since <= day and (self.until is None or day < self.until)

    def turns_on(self, day: date) -> bool:
        """Say whether it began or ended on this very day."""
        return day in (self.since, self.until)


@dataclass
class ObservedTown:
    """All that is known of units and people."""

    zone: ZoneInfo
    units: dict[int, Row] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    people: dict[int, Row] = field(default_factory=dict)
    seats: dict[int | None, list[Seat]] = field(default_factory=lambda: defaultdict(list))
    turns: list[datetime] = field(default_factory=list)  # when something of all this changed
    changed: dict[tuple[str, Any], datetime] = field(default_factory=dict)  # what -> when last
    _days: dict[tuple[date, int], "StaffingOfDay"] = field(default_factory=dict)

    @cached_property
    def desk(self) -> int:
        """The contact desk."""
        return next(id_ for id_, unit in self.units.items() if unit["kind"] == "desk")

    def day_of(self, moment: datetime) -> date:
        """Give the local day."""
        return moment.astimezone(self.zone).date()

    def staffing(self, day: date, moment: datetime) -> "StaffingOfDay":
        """Give who sat where on this local day, as it was known at the moment."""
        turn = bisect_right(self.turns, moment)
        if (day, turn) not in self._days:
            self._days[day, turn] = StaffingOfDay(self, day, moment)
        return self._days[day, turn]

    def has_turned(self, since: datetime, until: datetime) -> bool:
        """Say whether anything changed between the two moments."""
        return bisect_right(self.turns, since) != bisect_right(self.turns, until)

    def changed_after(self, moment: datetime, *what: Any) -> bool:
        """Say whether this was changed later."""
        return (when := self.changed.get((what[0], what[1]))) is not None and when > moment


@dataclass
class StaffingOfDay:
    """The town of one day, between two changes."""

    town: ObservedTown
    day: date
    moment: datetime
    _unsure: dict[int | None, bool] = field(default_factory=dict)

    def mailbox(self, unit: int) -> list[str]:
        """Give the unit's mailbox, if it has one and is switched on."""
        row = self.town.units[unit]
        was_on = row["active"] or self.town.changed_after(self.moment, "unit.switched_off", row["slug"])
        return _reached([row["email"]]) if was_on else []

    def people(self, unit: int | None, *roles: str) -> list[str]:
        """Give the addresses of those who sit there in these roles, or of whoever stands in for them."""
        return _reached(self.address(person) for role in roles for person in self.sitting(unit, role))

    def addresses(self, people: Iterable[int]) -> list[str]:
        """Give these people's own addresses."""
        return _reached(self.town.people[person]["email"] for person in people)

    def sitting(self, unit: int | None, role: str) -> list[int]:
        """Give the people who sit there in this role."""
        return [seat.person for seat in self._held(unit) if seat.role == role]

    def address(self, person: int) -> str | None:
        """Give where a letter to this person goes: to them, or to the deputy of one who is switched off."""
        for one in (person, self.town.people[person]["deputy_id"]):
            if one is not None and self.works(one):
                return str(self.town.people[one]["email"])
        return None

    def works(self, person: int) -> bool:
        """Say whether the person was not switched off."""
        row = self.town.people.get(person)
        was_on = self.town.changed_after(self.moment, "person.switched_off", person)
        return row is not None and bool(row["active"] or was_on)

    def deputies(self, unit: int, role: str) -> list[str]:
        """Give the addresses of those who stand in for the people of this role."""
        deputies = (self.town.people[person]["deputy_id"] for person in self.sitting(unit, role))
        return self.addresses(one for one in deputies if one is not None and self.works(one))

    def belongs(self, person: int | None, unit: int) -> bool:
        """Say whether the person has any role in the unit."""
        return any(seat.person == person for seat in self._held(unit))

    def is_unsure(self, unit: int | None) -> bool:
        """Say whether it cannot be known any more who was there."""
        if unit not in self._unsure:
            self._unsure[unit] = self._cannot_be_known(unit)
        return self._unsure[unit]

    def _cannot_be_known(self, unit: int | None) -> bool:
        seats = self.town.seats[unit]
        turning = any(seat.turns_on(self.day) and self._touched(seat.person) for seat in seats)
        stood_in = any(seat.is_held_on(self.day) and self._lost_deputy(seat.person) for seat in seats)
        return turning or stood_in or (unit is not None and self._moved_on(self.town.units[unit]["slug"], seats))

    def _moved_on(self, slug: str, seats: list[Seat]) -> bool:
        """Say whether the mailbox changed, or the unit was dissolved the same day: that ends its people's seats."""
        dissolved = self.town.changed_after(self.moment, "unit.switched_off", slug)
        ended = dissolved and any(seat.until == self.day for seat in seats)
        return ended or self.town.changed_after(self.moment, "unit.changed", slug)

    def _held(self, unit: int | None) -> Iterable[Seat]:
        return (seat for seat in self.town.seats[unit] if seat.is_held_on(self.day))

    def _touched(self, person: int) -> bool:
        return any(self.town.changed_after(self.moment, what, person) for what in MOVES)

    def _lost_deputy(self, person: int) -> bool:
        deputies_moved = self.town.changed_after(self.moment, "deputies", None)
        return deputies_moved and (not self.works(person) or self.town.people[person]["deputy_id"] is not None)


def read_town(snapshot: Snapshot, zone: str) -> ObservedTown:
    """Read who is who; `zone` is the house's time zone."""
    town = ObservedTown(ZoneInfo(zone))
    for unit in snapshot.rows(UNITS):
        town.units[unit["id"]] = unit
        town.slugs[unit["slug"]] = unit["id"]
    town.people = {person["id"]: person for person in snapshot.rows(PEOPLE)}
    for row in snapshot.rows(SEATS):
        seat = Seat(row["person_id"], row["unit_id"], row["role"], _day(row["since"]), _day_or_none(row["until"]))
        town.seats[seat.unit].append(seat)
    for row in snapshot.rows(CHANGES):
        _remember(town, row["type"], as_json(row["facts"]), moment_of(row["recorded_at"]))
    town.turns.sort()
    return town


def _remember(town: ObservedTown, type_: str, facts: dict[str, Any], moment: datetime) -> None:
    town.turns.append(moment)
    if type_ == "unit.changed" and "email" not in facts["what"]:
        return
    town.changed[type_, facts.get("person", facts.get("unit"))] = moment
    if type_ == "person.switched_off" or "deputy_id" in facts.get("what", ()):
        town.changed["deputies", None] = moment


def _reached(emails: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(address for email in emails if (address := plain_address(email))))


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day_or_none(value: Any) -> date | None:
    return None if value is None else _day(value)
