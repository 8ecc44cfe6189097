"""Who an audience is: from where the case stood, and from who sat where that day.

A chain is tried link by link until somebody is there; at its end the role of the desk's head waits for somebody.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from proof.checker.model.rules import ObservedAct
from proof.checker.model.town import StaffingOfDay, plain_address

THE_ROLE = "role:desk.head"
Chain = Iterator[list[str]]


@dataclass(frozen=True)
class ObservedFollower:
    """Somebody outside who follows the case. `own`: a case of theirs was merged into it; None: it was, and is not."""

    address: str | None
    own: bool | None = False


@dataclass(frozen=True)
class ObservedStanding:
    """Where a case stood, as far as it matters to who is told."""

    responsible: int
    officer: int | None = None
    group: int | None = None
    published: bool = False
    asker: str | None = None
    followers: tuple[ObservedFollower, ...] = ()


@dataclass(frozen=True)
class ObservedCase:
    """All that an audience is worked out from."""

    act: ObservedAct
    standing: ObservedStanding
    staffing: StaffingOfDay
    unreachable: frozenset[str] = frozenset()
    told_at: datetime | None = None

    @property
    def is_unsure(self) -> bool:
        """Say whether nobody can know any more who of the house should have been told."""
        turned = self.told_at is not None and self.staffing.town.has_turned(self.staffing.moment, self.told_at)
        return turned or any(self.staffing.is_unsure(unit) for unit in self.units)

    @property
    def desk(self) -> int:
        """The contact desk."""
        return self.staffing.town.desk

    @property
    def asked(self) -> int:
        """The unit that a case waits for."""
        return self.staffing.town.slugs[self.act.event.facts["unit"]]

    @property
    def units(self) -> set[int | None]:
        """The units whose people may have a part in it."""
        asked = self.asked if self.act.event.type == "case.waiting" and "unit" in self.act.event.facts else self.desk
        return {self.desk, self.standing.responsible, self.standing.group or self.desk, asked, None}


def told_in(scene: ObservedCase, audiences: tuple[str, ...]) -> dict[str, str]:
    """Give whom these audiences hold for certain, each with the first audience that does, but for whoever did it."""
    told: dict[str, str] = {}
    for audience in audiences:
        for address in AUDIENCES[audience](scene):
            told.setdefault(address, audience)
    for address in _author(scene):
        told.pop(address, None)
    return told


def may_be_told(scene: ObservedCase, audiences: tuple[str, ...]) -> set[str]:
    """Give whom they may hold besides: followers whose own case was merged, and is a case of its own again."""
    followers = scene.standing.followers if "followers" in audiences else ()
    return {one.address for one in followers if one.address and one.own is None}


def _author(scene: ObservedCase) -> set[str]:
    event = scene.act.event
    if event.person_id is not None:
        person = scene.staffing.town.people.get(event.person_id)
        return {plain_address(person["email"]) or ""} if person else set()
    return {scene.standing.asker or ""} if event.actor == "reporter" else set()


# --- outside -----------------------------------------------------------------------------


def _asker(scene: ObservedCase) -> set[str]:
    by_themselves = scene.act.event.actor == "reporter"
    return {scene.standing.asker} if scene.standing.asker and not by_themselves else set()


def _followers(scene: ObservedCase) -> set[str]:
    published = scene.standing.published
    return {one.address for one in scene.standing.followers if one.address and (published or one.own)}


def _group(scene: ObservedCase) -> set[str]:
    group, staffing = scene.standing.group, scene.staffing
    return set() if group is None else {*staffing.mailbox(group), *staffing.people(group, "member", "head")}


# --- chains ------------------------------------------------------------------------------


def _first_of(scene: ObservedCase, chain: Chain) -> set[str]:
    reached = (set(link) - scene.unreachable for link in chain)
    return next((link for link in reached if link), {THE_ROLE})


def _to_desk(scene: ObservedCase) -> Chain:
    yield scene.staffing.people(scene.desk, "contact")
    yield scene.staffing.mailbox(scene.desk)
    yield scene.staffing.people(scene.desk, "head")


def _to_unit(scene: ObservedCase, unit: int) -> Chain:
    yield scene.staffing.mailbox(unit)
    if unit != scene.desk:
        yield scene.staffing.people(unit, "officer", "member")
        yield scene.staffing.people(unit, "head")
    yield from _to_desk(scene)


def _to_officer(scene: ObservedCase) -> Chain:
    unit = scene.standing.responsible
    yield _officer(scene)
    yield scene.staffing.mailbox(unit)
    if unit != scene.desk:
        yield scene.staffing.people(unit, "head")
        yield scene.staffing.people(unit, "officer", "member")
    yield from _to_desk(scene)


def _to_head(scene: ObservedCase) -> Chain:
    unit = scene.standing.responsible
    yield scene.staffing.people(unit, "head")
    if unit == scene.desk:
        yield scene.staffing.deputies(unit, "contact")
        yield scene.staffing.mailbox(unit)
    yield from _to_desk(scene)


def _officer(scene: ObservedCase) -> list[str]:
    """Give the officer; nobody when they are at work but have left the unit."""
    officer, staffing = scene.standing.officer, scene.staffing
    if officer is None or (staffing.works(officer) and not staffing.belongs(officer, scene.standing.responsible)):
        return []
    address = plain_address(staffing.address(officer))
    return [address] if address else []


# --- audiences ---------------------------------------------------------------------------


def _holder(scene: ObservedCase) -> set[str]:
    """Give the officer or their unit; nobody when it was the unit's own people and none of them holds the case."""
    own = scene.staffing.belongs(scene.act.event.person_id, scene.standing.responsible)
    return set() if own and scene.standing.officer is None else _first_of(scene, _to_officer(scene))


def _person(scene: ObservedCase) -> set[str]:
    person = scene.act.event.facts["person"]
    return set(scene.staffing.addresses([person])) if scene.staffing.works(person) else set()


def _admins(scene: ObservedCase) -> set[str]:
    held = [person for person in scene.staffing.sitting(None, "admin") if scene.staffing.works(person)]
    return set(scene.staffing.addresses(held)) - scene.unreachable


def _morning(scene: ObservedCase) -> set[str]:
    return {*scene.staffing.people(scene.desk, "contact"), *scene.staffing.mailbox(scene.desk)}


AUDIENCES: dict[str, Callable[[ObservedCase], set[str]]] = {
    "asker": _asker,
    "followers": _followers,
    "group": _group,
    "holder": _holder,
    "officer": lambda scene: _first_of(scene, _to_officer(scene)),
    "unit": lambda scene: _first_of(scene, _to_unit(scene, scene.standing.responsible)),
    "asked": lambda scene: _first_of(scene, _to_unit(scene, scene.asked)),
    "head": lambda scene: _first_of(scene, _to_head(scene)),
    "desk": lambda scene: _first_of(scene, _to_desk(scene)),
    "person": _person,
    "new_follower": lambda scene: {one.address for one in scene.standing.followers if one.address},
    "morning": _morning,
    "admins": _admins,
}
