"""Reconstruct units, mailboxes and staff as they were on a past local day, as known at a past moment.

Memberships have a first and a last day. Other changes are only known from the municipality's own events; where these do
not record the value before the change, the staff of the unit on that day counts as uncertain.
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
PEOPLE = "SELECT id, email, active, deputy_id, away_from, away_until FROM person"
SEATS = "SELECT person_id, unit_id, role, since, until FROM membership ORDER BY id"
CHANGES = """
    SELECT type, facts, recorded_at FROM event
    WHERE stream = 0 AND (type LIKE 'person.%' OR type LIKE 'unit.%') AND type <> 'person.asked_for_link'
    AND type <> 'person.logged_in' ORDER BY seq"""
DECIDE_WHO_ACTS = frozenset({"deputy_id", "active", "away_from", "away_until"})
PERSON_CHANGES = ("person.added", "person.changed", "person.switched_off")


def plain_address(email: str | None) -> str | None:
    """Return the address in lower case with an IDNA domain, for comparison; None when no letter can go there."""
    name, at, domain = (email or "").strip().lower().rpartition("@")
    try:
        return f"{name}@{domain.encode('idna').decode()}" if name.isascii() and name and at and domain else None
    except UnicodeError:
        return None


@dataclass(frozen=True)
class Seat:
    """One membership: a person's role in a unit (None: the whole municipality), from `since` until before `until`."""

    person: int
    unit: int | None
    role: str
    since: date
    until: date | None

    def is_held_on(self, day: date) -> bool:
        """Return whether the role is held on this local day; `until` itself is no longer one."""
        return self.since <= day and (self.until is None or day < self.until)

    def starts_or_ends_on(self, day: date) -> bool:
        """Return whether the role began or ended on this local day."""
        return day in (self.since, self.until)


@dataclass
class ObservedTown:
    """All units, people and memberships, and when any of them changed."""

    zone: ZoneInfo
    units: dict[int, Row] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    people: dict[int, Row] = field(default_factory=dict)
    seats: dict[int | None, list[Seat]] = field(default_factory=lambda: defaultdict(list))
    change_moments: list[datetime] = field(default_factory=list)  # of any unit or person, sorted
    last_changes: dict[tuple[str, Any], datetime] = field(
        default_factory=dict
    )  # (event type, subject) -> its last moment
    _days: dict[tuple[date, int], "StaffingOfDay"] = field(default_factory=dict)

    @cached_property
    def desk(self) -> int:
        """The id of the contact desk."""
        return next(id_ for id_, unit in self.units.items() if unit["kind"] == "desk")

    def day_of(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return moment.astimezone(self.zone).date()

    def staffing(self, day: date, moment: datetime) -> "StaffingOfDay":
        """Return the staffing of this local day, as it was known at the moment. Cached between two changes."""
        version = bisect_right(self.change_moments, moment)
        if (day, version) not in self._days:
            self._days[day, version] = StaffingOfDay(self, day, moment)
        return self._days[day, version]

    def changed_between(self, since: datetime, until: datetime) -> bool:
        """Return whether any unit or person changed between the two moments."""
        return bisect_right(self.change_moments, since) != bisect_right(self.change_moments, until)

    def changed_after(self, moment: datetime, type_: str, subject: Any) -> bool:
        """Return whether the last event of this type about this subject is later than the moment."""
        return (when := self.last_changes.get((type_, subject))) is not None and when > moment


@dataclass
class StaffingOfDay:
    """Who held which role on one local day, as known at one moment."""

    town: ObservedTown
    day: date
    moment: datetime
    _uncertain: dict[int | None, bool] = field(default_factory=dict)

    def mailbox(self, unit: int) -> list[str]:
        """Return the unit's mailbox as a list of one; empty when the unit has none or was switched off."""
        row = self.town.units[unit]
        was_on = row["active"] or self.town.changed_after(self.moment, "unit.switched_off", row["slug"])
        return _distinct_addresses([row["email"]]) if was_on else []

    def role_addresses(self, unit: int | None, *roles: str, also_away: bool) -> list[str]:
        """Return where letters to the holders of these roles in the unit go, by role; see `addresses_of`."""
        held = [person for role in roles for person in self.holders(unit, role)]
        return _distinct_addresses(email for person in held for email in self.addresses_of(person, also_away=also_away))

    def own_addresses(self, people: Iterable[int]) -> list[str]:
        """Return these people's own addresses, never a deputy's."""
        return _distinct_addresses(self.town.people[person]["email"] for person in people)

    def holders(self, unit: int | None, role: str) -> list[int]:
        """Return the ids of those who hold the role in the unit."""
        return [seat.person for seat in self._seats_held(unit) if seat.role == role]

    def addresses_of(self, person: int, *, also_away: bool) -> list[str]:
        """Return the address of the person, or of their deputy when they are switched off or away.

        Nobody stands in who is off or away too; whoever is away without a deputy is told themself. With `also_away` the
        one who is away comes last: they are told too, when they are back.
        """
        both = [one for one in (person, self.town.people[person]["deputy_id"]) if one and self.is_active(one)]
        here = [one for one in both if not self.is_away(one)]
        told = here[:1] or [one for one in both if one == person]
        told += [person] if also_away and person in both and person not in told else []
        return [str(self.town.people[one]["email"]) for one in told]

    def is_away(self, person: int) -> bool:
        """Return whether the person is away on the day, as far as is known now."""
        row = self.town.people[person]
        first, last = _day_or_none(row["away_from"]), _day_or_none(row["away_until"])
        return first is not None and last is not None and first <= self.day <= last

    def is_active(self, person: int) -> bool:
        """Return whether the person exists and was not yet switched off at the moment."""
        row = self.town.people.get(person)
        was_on = self.town.changed_after(self.moment, "person.switched_off", person)
        return row is not None and bool(row["active"] or was_on)

    def deputies(self, unit: int, role: str) -> list[str]:
        """Return the addresses of the deputies of those who hold the role in the unit."""
        deputies = (self.town.people[person]["deputy_id"] for person in self.holders(unit, role))
        return self.own_addresses(deputy for deputy in deputies if deputy is not None and self.is_active(deputy))

    def has_role_in(self, person: int | None, unit: int) -> bool:
        """Return whether the person holds any role in the unit."""
        return any(seat.person == person for seat in self._seats_held(unit))

    def is_uncertain(self, unit: int | None) -> bool:
        """Return whether the staff of the unit on this day cannot be reconstructed any more."""
        if unit not in self._uncertain:
            self._uncertain[unit] = self._cannot_be_known(unit)
        return self._uncertain[unit]

    def _cannot_be_known(self, unit: int | None) -> bool:
        seats = self.town.seats[unit]
        seat_changed = any(seat.starts_or_ends_on(self.day) and self.was_changed_later(seat.person) for seat in seats)
        deputy_changed = any(seat.is_held_on(self.day) and self._deputy_may_differ(seat.person) for seat in seats)
        return seat_changed or deputy_changed or (unit is not None and self._unit_changed(unit, seats))

    def _unit_changed(self, unit: int, seats: list[Seat]) -> bool:
        """Return whether the mailbox changed later, or the unit was dissolved that day, which ended its memberships."""
        slug = self.town.units[unit]["slug"]
        dissolved = self.town.changed_after(self.moment, "unit.switched_off", slug)
        ended = dissolved and any(seat.until == self.day for seat in seats)
        return ended or self.town.changed_after(self.moment, "unit.changed", slug)

    def _seats_held(self, unit: int | None) -> Iterable[Seat]:
        return (seat for seat in self.town.seats[unit] if seat.is_held_on(self.day))

    def was_changed_later(self, person: int) -> bool:
        """Return whether anything about the person, or a role of theirs, was changed after the moment."""
        return any(self.town.changed_after(self.moment, type_, person) for type_ in PERSON_CHANGES)

    def _deputy_may_differ(self, person: int) -> bool:
        deputies_moved = self.town.changed_after(self.moment, "deputies", None)
        return deputies_moved and (not self.is_active(person) or self.town.people[person]["deputy_id"] is not None)


def read_town(snapshot: Snapshot, zone: str) -> ObservedTown:
    """Read all units, people and memberships; `zone` is the municipality's time zone."""
    town = ObservedTown(ZoneInfo(zone))
    for unit in snapshot.rows(UNITS):
        town.units[unit["id"]] = unit
        town.slugs[unit["slug"]] = unit["id"]
    town.people = {person["id"]: person for person in snapshot.rows(PEOPLE)}
    for row in snapshot.rows(SEATS):
        seat = Seat(row["person_id"], row["unit_id"], row["role"], day_in(row["since"]), _day_or_none(row["until"]))
        town.seats[seat.unit].append(seat)
    for row in snapshot.rows(CHANGES):
        _note_change(town, row["type"], as_json(row["facts"]), moment_of(row["recorded_at"]))
    town.change_moments.sort()
    return town


def _note_change(town: ObservedTown, type_: str, facts: dict[str, Any], moment: datetime) -> None:
    town.change_moments.append(moment)
    if type_ == "unit.changed" and "email" not in facts["what"]:
        return
    town.last_changes[type_, facts.get("person", facts.get("unit"))] = moment
    if type_ == "person.switched_off" or DECIDE_WHO_ACTS & set(facts.get("what", ())):
        town.last_changes["deputies", None] = moment


def _distinct_addresses(emails: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(address_of for email in emails if (address_of := plain_address(email))))


def day_in(value: Any) -> date:
    """Return the local day in a column: SQLite has it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day_or_none(value: Any) -> date | None:
    return None if value is None else day_in(value)
