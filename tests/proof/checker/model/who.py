"""Work out the addresses of an audience from the standing of a case and the staffing of a day.

A fallback chain is tried link by link until one has a reachable address; after the last one stands the role of the
desk's head, which waits until somebody is appointed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from proof.checker.model.meetings import ObservedMeeting
from proof.checker.model.rules import ObservedAct
from proof.checker.model.town import StaffingOfDay, plain_address

DESK_HEAD_ROLE = "role:desk.head"
Chain = Iterator[list[str]]


@dataclass(frozen=True)
class ObservedFollower:
    """A follower of a case. `has_merged_case`: a case of theirs was merged into it; None: and is open again now."""

    address: str | None
    has_merged_case: bool | None = False


@dataclass(frozen=True)
class ObservedStanding:
    """What decides who is told about a case: ids of responsible unit, officer and group; reporter and followers."""

    responsible: int
    officer: int | None = None
    group: int | None = None
    published: bool = False
    asker: str | None = None
    followers: tuple[ObservedFollower, ...] = ()


@dataclass(frozen=True)
class ObservedCase:
    """One event, with what decides who is told about its case and with the staff of its day."""

    act: ObservedAct
    standing: ObservedStanding
    staffing: StaffingOfDay
    unreachable: frozenset[str] = frozenset()
    meeting: ObservedMeeting | None = None  # that the event names
    planned_at: datetime | None = None
    is_of_a_case: bool = True  # else those who are away are not told of it when they are back

    def role_addresses(self, unit: int | None, *roles: str) -> list[str]:
        """Return where letters to the holders of these roles in the unit go, by role."""
        return self.staffing.role_addresses(unit, *roles, also_away=self.is_of_a_case)

    @property
    def is_uncertain(self) -> bool:
        """Return whether the staff who should have been told cannot be reconstructed any more."""
        town, read_at = self.staffing.town, self.staffing.moment
        town_changed = self.planned_at is not None and town.changed_between(read_at, self.planned_at)
        return town_changed or any(self.staffing.is_uncertain(unit) for unit in self.units)

    @property
    def desk(self) -> int:
        """The id of the contact desk."""
        return self.staffing.town.desk

    @property
    def asked_unit(self) -> int:
        """The id of the unit that the case waits for."""
        return self.staffing.town.slugs[self.act.event.facts["unit"]]

    @property
    def units(self) -> set[int | None]:
        """The ids of the units whose staff may be told; None stands for the administrators."""
        waits_for_unit = self.act.event.type == "case.waiting" and "unit" in self.act.event.facts
        asked_unit = self.asked_unit if waits_for_unit else self.desk
        plan_group = self.staffing.town.slugs.get(self.act.event.facts.get("group", ""), self.desk)
        groups = self.groups if self.act.event.type == "minutes.adjusted" else ()
        holds = self.standing.responsible
        return {self.desk, holds, self.standing.group or self.desk, asked_unit, plan_group, *groups, None}

    @property
    def groups(self) -> list[int]:
        """The ids of the groups that were there."""
        town, moment = self.staffing.town, self.staffing.moment
        return [
            id_ for id_, unit in town.units.items()
            if unit["kind"] == "group" and not town.changed_after(moment, "unit.added", unit["slug"])
            and (unit["active"] or town.changed_after(moment, "unit.switched_off", unit["slug"]))
        ]  # fmt: skip


def must_be_told(case: ObservedCase, audiences: tuple[str, ...]) -> dict[str, str]:
    """Return whom these audiences certainly hold, except the event's author: address -> first audience that does."""
    told: dict[str, str] = {}
    for audience in audiences:
        for address in AUDIENCES[audience](case):
            told.setdefault(address, audience)
    for address in _author(case):
        told.pop(address, None)
    if "who_replied" in audiences:  # who wrote is told that it arrived
        told |= dict.fromkeys(_who_replied(case), "who_replied")
    return told


def may_be_told(case: ObservedCase, audiences: tuple[str, ...]) -> set[str]:
    """Return further addresses that may be told.

    Those are followers whose case was merged, and is a case of its own again; and who may be invited to a meeting.
    """
    followers = case.standing.followers if "followers" in audiences else ()
    merged = {follower.address for follower in followers if follower.address and follower.has_merged_case is None}
    asked = case.meeting if "invited" in audiences else None
    return merged | (asked.perhaps_invited(case.act.event, case.staffing) if asked else set())


def _is_by(case: ObservedCase, unit: int) -> bool:
    """Return whether somebody of the unit did it, or whoever reads its shared mailbox."""
    event = case.act.event
    return event.unit_id == unit or case.staffing.has_role_in(event.person_id, unit)


def _author(case: ObservedCase) -> set[str]:
    event = case.act.event
    if event.person_id is not None:
        person = case.staffing.town.people.get(event.person_id)
        return {plain_address(person["email"]) or ""} if person else set()
    if event.unit_id is not None:
        return {plain_address(case.staffing.town.units[event.unit_id]["email"]) or ""}
    return {case.standing.asker or ""} if event.actor == "reporter" else set()


# --- outside -----------------------------------------------------------------------------


def _asker(case: ObservedCase) -> set[str]:
    by_themselves = case.act.event.actor == "reporter"
    return {case.standing.asker} if case.standing.asker and not by_themselves else set()


def _who_replied(case: ObservedCase) -> set[str]:
    """Return those who are told that their reply to "done" arrived: who asked, or the group."""
    if case.act.event.actor == "reporter":
        return {case.standing.asker} if case.standing.asker else set()
    return _group(case)


def _followers(case: ObservedCase) -> set[str]:
    published = case.standing.published
    return {
        follower.address
        for follower in case.standing.followers
        if follower.address and (published or follower.has_merged_case)
    }


def _group(case: ObservedCase) -> set[str]:
    """Return the group's mailbox and people; nobody of a group that says itself that it is done."""
    group, staffing, event = case.standing.group, case.staffing, case.act.event
    if group is None:
        return set()
    if event.type == "case.done" and group == case.standing.responsible and _is_by(case, group):
        return set()
    if event.type == "case.satisfaction_asked":
        return _who_speaks_for(case, group)
    return {*staffing.mailbox(group), *case.role_addresses(group, "member", "head")}


def _plan_group(case: ObservedCase) -> set[str]:
    return _who_speaks_for(case, case.staffing.town.slugs[case.act.event.facts["group"]])


def _who_speaks_for(case: ObservedCase, group: int) -> set[str]:
    staffing = case.staffing
    found = {*staffing.mailbox(group), *case.role_addresses(group, "head")}
    return found or set(case.role_addresses(group, "member"))


def _invited(case: ObservedCase) -> set[str]:
    return case.meeting.invited(case.act.event, case.staffing) if case.meeting else set()


def _groups(case: ObservedCase) -> set[str]:
    staffing = case.staffing
    told = ((*staffing.mailbox(group), *case.role_addresses(group, "head")) for group in case.groups)
    return {address for addresses in told for address in addresses}


# --- chains ------------------------------------------------------------------------------


def _first_reachable(case: ObservedCase, chain: Chain) -> set[str]:
    reached = (set(link) - case.unreachable for link in chain)
    return next((link for link in reached if link), {DESK_HEAD_ROLE})


def _desk_chain(case: ObservedCase) -> Chain:
    yield case.role_addresses(case.desk, "contact")
    yield case.staffing.mailbox(case.desk)
    yield case.role_addresses(case.desk, "head")


def _unit_chain(case: ObservedCase, unit: int) -> Chain:
    yield case.staffing.mailbox(unit)
    if unit != case.desk:
        yield case.role_addresses(unit, "officer", "member")
        yield case.role_addresses(unit, "head")
    yield from _desk_chain(case)


def _officer_chain(case: ObservedCase) -> Chain:
    unit = case.standing.responsible
    yield _officer_address(case)
    yield case.staffing.mailbox(unit)
    if unit != case.desk:
        yield case.role_addresses(unit, "head")
        yield case.role_addresses(unit, "officer", "member")
    yield from _desk_chain(case)


def _head_chain(case: ObservedCase, unit: int) -> Chain:
    yield case.role_addresses(unit, "head")
    if unit == case.desk:
        yield case.staffing.deputies(unit, "contact")
        yield case.staffing.mailbox(unit)
    yield from _desk_chain(case)


def _officer_address(case: ObservedCase) -> list[str]:
    """Return where letters to the officer go; nowhere when the officer is active but has left the unit."""
    officer, staffing = case.standing.officer, case.staffing
    if officer is None or (
        staffing.is_active(officer) and not staffing.has_role_in(officer, case.standing.responsible)
    ):
        return []
    found = staffing.addresses_of(officer, also_away=case.is_of_a_case)
    return [address for email in found if (address := plain_address(email))]


# --- audiences ---------------------------------------------------------------------------


def _holder(case: ObservedCase) -> set[str]:
    """Return the officer or the unit; nobody when the unit's own staff acted and no officer holds the case."""
    is_by_own = _is_by(case, case.standing.responsible)
    return set() if is_by_own and case.standing.officer is None else _first_reachable(case, _officer_chain(case))


def _person(case: ObservedCase) -> set[str]:
    person = case.act.event.facts["person"]
    return set(case.staffing.own_addresses([person])) if case.staffing.is_active(person) else set()


def _admins(case: ObservedCase) -> set[str]:
    held = [person for person in case.staffing.holders(None, "admin") if case.staffing.is_active(person)]
    return set(case.staffing.own_addresses(held)) - case.unreachable


def _morning(case: ObservedCase) -> set[str]:
    return {*case.role_addresses(case.desk, "contact"), *case.staffing.mailbox(case.desk)}


AUDIENCES: dict[str, Callable[[ObservedCase], set[str]]] = {
    "asker": _asker,
    "who_replied": _who_replied,
    "followers": _followers,
    "group": _group,
    "plan_group": _plan_group,
    "invited": _invited,
    "groups": _groups,
    "holder": _holder,
    "officer": lambda case: _first_reachable(case, _officer_chain(case)),
    "unit": lambda case: _first_reachable(case, _unit_chain(case, case.standing.responsible)),
    "asked": lambda case: _first_reachable(case, _unit_chain(case, case.asked_unit)),
    "head": lambda case: _first_reachable(case, _head_chain(case, case.standing.responsible)),
    "desk_head": lambda case: _first_reachable(case, _head_chain(case, case.desk)),
    "desk": lambda case: _first_reachable(case, _desk_chain(case)),
    "person": _person,
    "new_follower": lambda case: {follower.address for follower in case.standing.followers if follower.address},
    "morning": _morning,
    "admins": _admins,
}
