"""I6: the recipients of each event's letters and calls are those whom the rules name, worked out a second time.

Compared are the delivery rows, whether sent, waiting or suppressed. Recipients are settled when a letter is planned,
later than its event: if the case changed in between, any of its states from event to planning may have been used. Where
past staff of a unit cannot be reconstructed, only recipients outside the municipality are compared; and those not where
their address was corrected or erased since, which no event holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby, takewhile

from proof.checker.evidence.snapshot import Row, Snapshot
from proof.checker.model.meetings import ObservedMeeting, read_meetings
from proof.checker.model.rules import ObservedAct, audiences_of
from proof.checker.model.standings import Followers, read_followers, standings_of
from proof.checker.model.stories import ObservedEvent, ObservedStory
from proof.checker.model.town import ObservedTown, read_town
from proof.checker.model.who import DESK_HEAD_ROLE, ObservedCase, ObservedStanding, may_be_told, must_be_told

LINES = """
    SELECT e.stream, e.seq, d.recipient, coalesce(a.email_normalised, d.recipient) AS address
    FROM delivery_line l JOIN delivery d ON d.id = l.delivery_id JOIN event e ON e.id = l.event_id
    LEFT JOIN address a ON a.id = d.address_id ORDER BY e.stream, e.seq"""
SET_ASIDE = """
    SELECT d.id, a.email_normalised AS address FROM delivery d JOIN address a ON a.id = d.address_id
    WHERE EXISTS (SELECT 1 FROM event e WHERE e.type = 'house.set_aside')"""
DEAD = """
    SELECT email_normalised AS address FROM address WHERE dead_since IS NOT NULL
    UNION SELECT a.email_normalised FROM event e JOIN delivery d ON d.id = CAST(e.facts ->> 'delivery' AS INTEGER)
    JOIN address a ON a.id = d.address_id WHERE e.type = 'case.address_bounced'"""
OUTSIDERS = frozenset({"asker", "followers", "new_follower", "who_replied"})
ADDRESSES_CHANGE = frozenset({"case.reporter_corrected", "case.words_erased"})
AFTER_THE_LAST = (2**63, 0)
Place = tuple[int, int]  # stream and seq


@dataclass
class TellingInputs:
    """The rows from which expected recipients are worked out, and the recipients on record."""

    town: ObservedTown
    followers: Followers
    set_aside: dict[int, str]  # delivery id -> address; empty where nothing was set aside
    meetings: dict[int, ObservedMeeting]
    lines: Iterator[tuple[Place, list[Row]]]  # by stream, then by number
    dead: frozenset[str]  # addresses to which nothing went at some time, since mail servers said that they are dead
    _next: tuple[Place, list[Row]] = field(default=((-1, 0), []))

    def recipients_of(self, place: Place) -> dict[str, str]:
        """Return the recipients on record of an event: by address, the delivery's `recipient`.

        The rows are streamed, so places must be asked for in ascending order.
        """
        while self._next[0] < place:
            self._next = next(self.lines, (AFTER_THE_LAST, []))
        rows = self._next[1] if self._next[0] == place else ()
        return {row["address"]: row["recipient"] for row in rows}


@dataclass(frozen=True)
class ExpectedReaders:
    """Recipients of one event: `must` get a letter or call (address -> first audience that names it), `may` get one."""

    must: dict[str, str]
    may: set[str]
    is_uncertain: bool = False  # which of the staff it was, or what address somebody had, cannot be reconstructed

    def but_dead(self, dead: frozenset[str]) -> "ExpectedReaders":
        """Return the same without these addresses: somebody else may have been told or rung in their place."""
        if not dead & (self.must.keys() | self.may):
            return self
        must = {address: audience for address, audience in self.must.items() if address not in dead}
        return ExpectedReaders(must, self.may, is_uncertain=True)

    def but_outsiders(self) -> "ExpectedReaders":
        """Return the same without what is expected of those outside, whose addresses of that time are not known."""
        inside = {address: audience for address, audience in self.must.items() if audience not in OUTSIDERS}
        return ExpectedReaders(inside, self.may, is_uncertain=True)


def read_inputs(snapshot: Snapshot, zone: str) -> TellingInputs:
    """Read units, people and followers; the recipients on record are streamed later. `zone`: the municipality's."""
    lines = groupby(snapshot.rows(LINES), key=lambda row: (row["stream"], row["seq"]))
    set_aside = {row["id"]: row["address"] for row in snapshot.rows(SET_ASIDE)}
    told = ((place, list(rows)) for place, rows in lines)
    town, followers, meetings = read_town(snapshot, zone), read_followers(snapshot), read_meetings(snapshot)
    dead = frozenset(row["address"] for row in snapshot.rows(DEAD))
    return TellingInputs(town, followers, set_aside, meetings, told, dead)


def wrongly_told(inputs: TellingInputs, story: ObservedStory) -> Iterator[str]:
    """Yield events that were not told to somebody who is entitled, or were told to somebody who is not."""
    standings = list(standings_of(story, inputs.town.desk, inputs.followers))
    for place, event in enumerate(story.events):
        told = inputs.recipients_of((story.stream, event.seq))
        label = f"{story.name}: {event.type} ({event.seq})"
        if event.planned_at is None:
            if told and event.tick_id is None:
                yield f"{label} was told, and its work is not done"
            continue
        cases = [
            replace(case, is_of_a_case=story.is_of_a_case)
            for case in _possible_cases(inputs, story.events, place, standings)
        ]
        expected = _expected_readers(cases)
        if _has_lost_address(inputs, story.events, place):
            expected = expected.but_outsiders()
        expected = expected.but_dead(inputs.dead)
        yield from (f"{label} {problem}" for problem in _differences(expected, told))


# --- the states in which it may have been planned -------------------------------------------


def _possible_cases(
    inputs: TellingInputs, events: list[ObservedEvent], place: int, standings: list[ObservedStanding]
) -> list[ObservedCase]:
    """Return a case for each standing in which the event's letters may have been planned; none when nobody is told."""
    event, act = events[place], ObservedAct(events[place], _siblings(events, place))
    if not audiences_of(act):
        return []
    planning_began_at, planned_at = event.planning_began_at or event.recorded_at, event.planned_at or event.recorded_at
    staffing = inputs.town.staffing(inputs.town.day_of(max(event.at, event.recorded_at)), planning_began_at)
    later = sum(1 for _ in takewhile(lambda other: other.recorded_at <= planned_at, events[place + 1 :]))
    possible = dict.fromkeys(_as_event_says(inputs, event, after) for after in standings[place : place + 1 + later])
    unreachable, meeting = _unreachable(inputs, event), inputs.meetings.get(event.facts.get("meeting", 0))
    return [ObservedCase(act, standing, staffing, unreachable, meeting, planned_at) for standing in possible]


def _has_lost_address(inputs: TellingInputs, events: list[ObservedEvent], place: int) -> bool:
    """Return whether somebody outside who was told of the event may have had another address than now."""
    event = events[place]
    if event.type == "house.follower_asked":
        row = inputs.followers.by_id.get(event.facts["follower"])
        return row is not None and row["email"] is None
    return any(later.type in ADDRESSES_CHANGE for later in events[place + 1 :])


def _siblings(events: list[ObservedEvent], place: int) -> tuple[ObservedEvent, ...]:
    """Return the other events of the same act; their numbers are next to the event's own."""
    own = events[place]
    before = takewhile(lambda event: event.act == own.act, (events[at] for at in range(place - 1, -1, -1)))
    after = takewhile(lambda event: event.act == own.act, (events[at] for at in range(place + 1, len(events))))
    return (*before, *after)


def _as_event_says(inputs: TellingInputs, event: ObservedEvent, standing: ObservedStanding) -> ObservedStanding:
    """Return the standing with unit, officer or follower replaced by those that the event itself names."""
    facts, slugs = event.facts, inputs.town.slugs
    if event.type == "house.follower_asked":
        row = inputs.followers.by_id.get(facts["follower"])
        return replace(standing, followers=(inputs.followers.follower(row),) if row else ())
    if event.type.startswith("case."):
        unit = slugs[facts["responsible"]] if "responsible" in facts else standing.responsible
        own = standing.officer if unit == standing.responsible else None
        officer = facts.get("officer") or own
        is_same = (unit, officer) == (standing.responsible, standing.officer)
        return standing if is_same else replace(standing, responsible=unit, officer=officer)
    return standing


def _unreachable(inputs: TellingInputs, event: ObservedEvent) -> frozenset[str]:
    """Return the address whose letter was set aside: the alarm about that letter goes to others."""
    failed = event.type == "house.set_aside" and event.facts["what"] == "delivery"
    return frozenset({inputs.set_aside.get(event.facts["row"], "")}) if failed else frozenset()


# --- who should have been told -------------------------------------------------------------


def _expected_readers(cases: list[ObservedCase]) -> ExpectedReaders:
    """Work out the expected recipients: those of every case must have been told, those of any may have been."""
    if not cases:
        return ExpectedReaders({}, set())
    audiences = audiences_of(cases[0].act)
    is_uncertain = any(case.is_uncertain for case in cases)
    certain = [must_be_told(case, _outside_only(audiences) if is_uncertain else audiences) for case in cases]
    must = {
        address: audience
        for address, audience in certain[0].items()
        if all(address in recipients for recipients in certain)
    }
    may = set().union(*certain, *(may_be_told(case, audiences) for case in cases))
    return ExpectedReaders(must, may, is_uncertain)


def _outside_only(audiences: Iterable[str]) -> tuple[str, ...]:
    return tuple(audience for audience in audiences if audience in OUTSIDERS)


def _differences(expected: ExpectedReaders, told: dict[str, str]) -> Iterator[str]:
    for address, audience in expected.must.items():
        if address not in told and address != DESK_HEAD_ROLE:
            yield f"was not told to the {audience}"
    readdressed = DESK_HEAD_ROLE in expected.may and DESK_HEAD_ROLE not in told
    if readdressed and not set(told) - expected.must.keys():
        yield "was told to nobody in the role of the desk"
    if not (expected.is_uncertain or readdressed):
        yield from (f"was told to {told[extra]}, who has no part in it" for extra in sorted(set(told) - expected.may))
