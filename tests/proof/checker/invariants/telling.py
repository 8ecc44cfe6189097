"""I6: who was told is who should have been, worked out a second time.

What is compared are rows: letters that were sent, that wait, that were suppressed, and calls. Audiences are settled
when a letter is planned: a case that had moved on by then may be read as it stood at any moment in between, and where
nobody can know any more who sat in a unit, only those outside the house are compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.rules import ObservedAct, audiences_of
from proof.checker.model.standings import Followers, read_followers, standings_of
from proof.checker.model.stories import ObservedEvent, ObservedStory
from proof.checker.model.town import ObservedTown, read_town
from proof.checker.model.who import THE_ROLE, ObservedCase, ObservedStanding, may_be_told, told_in

LINES = """
    SELECT e.stream, e.seq, d.recipient, coalesce(a.email_normalised, d.recipient) AS address
    FROM delivery_line l JOIN delivery d ON d.id = l.delivery_id JOIN event e ON e.id = l.event_id
    LEFT JOIN address a ON a.id = d.address_id ORDER BY e.stream, e.seq"""
ASIDE = """
    SELECT d.id, a.email_normalised AS address FROM delivery d JOIN address a ON a.id = d.address_id
    WHERE EXISTS (SELECT 1 FROM event e WHERE e.type = 'house.set_aside')"""
OUTSIDERS = frozenset({"asker", "followers", "new_follower"})
AFTER_THE_LAST = (2**63, 0)
Place = tuple[int, int]  # stream and seq


@dataclass
class Telling:
    """What was read to work out who should have been told, and who was."""

    town: ObservedTown
    followers: Followers
    aside: dict[int, str]  # letter -> its address, in a house that has set any aside
    lines: Iterator[tuple[Place, list[Row]]]  # in the order of the stories
    _next: tuple[Place, list[Row]] = field(default=((-1, 0), []))

    def told_of(self, place: Place) -> dict[str, str]:
        """Give who was told, address by row; to be asked in the order of the stories."""
        while self._next[0] < place:
            self._next = next(self.lines, (AFTER_THE_LAST, []))
        rows = self._next[1] if self._next[0] == place else ()
        return {row["address"]: row["recipient"] for row in rows}


@dataclass(frozen=True)
class ExpectedReaders:
    """Who must have been told, each with an audience that held them, and who may have been."""

    must: dict[str, str]
    may: set[str]
    unsure: bool = False  # nobody knows any more who of the house it was


def read_telling(snapshot: Snapshot, zone: str) -> Telling:
    """Read what the comparison needs. Who was told is read as the stories go on."""
    lines = groupby(snapshot.rows(LINES), key=lambda row: (row["stream"], row["seq"]))
    aside = {row["id"]: row["address"] for row in snapshot.rows(ASIDE)}
    told = ((place, list(rows)) for place, rows in lines)
    return Telling(read_town(snapshot, zone), read_followers(snapshot), aside, told)


def wrongly_told(telling: Telling, story: ObservedStory) -> Iterator[str]:
    """Give the events of this story of which somebody was not told, or somebody who has no part in it was."""
    standings = list(standings_of(story, telling.town.desk, telling.followers))
    for place, happened in enumerate(story.events):
        told = telling.told_of((story.stream, happened.seq))
        named = f"{story.name}: {happened.type} ({happened.seq})"
        if happened.told_at is None:
            if told and happened.tick_id is None:
                yield f"{named} was told, and its work is not done"
            continue
        scenes = _scenes(telling, story.events, place, standings)
        yield from (f"{named} {wrong}" for wrong in _compared(_read(scenes), told))


# --- how it was ----------------------------------------------------------------------------


def _scenes(
    telling: Telling, events: list[ObservedEvent], place: int, standings: list[ObservedStanding]
) -> list[ObservedCase]:
    """Give the event with each standing in which its letters may have been planned; none when it tells nobody."""
    happened, act = events[place], ObservedAct(events[place], _beside(events, place))
    if not audiences_of(act):
        return []
    read_at, told_at = happened.read_at or happened.recorded_at, happened.told_at or happened.recorded_at
    staffing = telling.town.staffing(telling.town.day_of(max(happened.at, happened.recorded_at)), read_at)
    later = sum(1 for _ in takewhile(lambda event: event.recorded_at <= told_at, events[place + 1 :]))
    possible = dict.fromkeys(_named(telling, happened, one) for one in standings[place : place + 1 + later])
    gone = _unreachable(telling, happened)
    return [ObservedCase(act, one, staffing, gone, told_at) for one in possible]


def _beside(events: list[ObservedEvent], place: int) -> tuple[ObservedEvent, ...]:
    """Return the other events of the same act, which stand next to it."""
    own = events[place]
    before = takewhile(lambda event: event.act == own.act, (events[at] for at in range(place - 1, -1, -1)))
    after = takewhile(lambda event: event.act == own.act, (events[at] for at in range(place + 1, len(events))))
    return (*before, *after)


def _named(telling: Telling, happened: ObservedEvent, standing: ObservedStanding) -> ObservedStanding:
    """Give the standing with what the event itself says: its unit, its officer, its follower."""
    facts, slugs = happened.facts, telling.town.slugs
    if happened.type == "house.follower_asked":
        row = telling.followers.by_id.get(facts["follower"])
        return replace(standing, followers=(telling.followers.follower(row),) if row else ())
    if happened.type.startswith("case."):
        unit = slugs[facts["responsible"]] if "responsible" in facts else standing.responsible
        own = standing.officer if unit == standing.responsible else None
        officer = facts.get("officer") or own
        is_same = (unit, officer) == (standing.responsible, standing.officer)
        return standing if is_same else replace(standing, responsible=unit, officer=officer)
    return standing


def _unreachable(telling: Telling, happened: ObservedEvent) -> frozenset[str]:
    """Give the address whose letter failed: the alarm about it goes to others."""
    failed = happened.type == "house.set_aside" and happened.facts["what"] == "delivery"
    return frozenset({telling.aside.get(happened.facts["row"], "")}) if failed else frozenset()


# --- how it should have been -----------------------------------------------------------------


def _read(scenes: list[ObservedCase]) -> ExpectedReaders:
    """Work out who should have been told; with several scenes whoever is in each of them must have been."""
    if not scenes:
        return ExpectedReaders({}, set())
    audiences = audiences_of(scenes[0].act)
    unsure = any(scene.is_unsure for scene in scenes)
    certain = [told_in(scene, _of_outside(audiences) if unsure else audiences) for scene in scenes]
    must = {address: audience for address, audience in certain[0].items() if all(address in one for one in certain)}
    may = set().union(*certain, *(may_be_told(scene, audiences) for scene in scenes))
    return ExpectedReaders(must, may, unsure)


def _of_outside(audiences: Iterable[str]) -> tuple[str, ...]:
    return tuple(audience for audience in audiences if audience in OUTSIDERS)


def _compared(reading: ExpectedReaders, told: dict[str, str]) -> Iterator[str]:
    for address, audience in reading.must.items():
        if address not in told and address != THE_ROLE:
            yield f"was not told to the {audience}"
    readdressed = THE_ROLE in reading.may and THE_ROLE not in told
    if readdressed and not set(told) - reading.must.keys():
        yield "was told to nobody in the role of the desk"
    if not (reading.unsure or readdressed):
        yield from (f"was told to {told[one]}, who has no part in it" for one in sorted(set(told) - reading.may))
