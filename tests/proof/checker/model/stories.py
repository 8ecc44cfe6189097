"""Read the events of each case, and those of the municipality, as one story each, in the order of their numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from proof.checker.evidence.snapshot import Row, Snapshot, as_json, as_moment, moment_of

HOUSE_STREAM = 0
EVENTS = """
    SELECT e.*, coalesce(t.sealed_at, w.done_at) AS planning_began_at, coalesce(t.planned_at, w.done_at) AS planned_at
    FROM event e LEFT JOIN work w ON w.event_id = e.id AND w.consumer = 'letters' LEFT JOIN tick t ON t.id = e.tick_id
    ORDER BY e.stream, e.seq"""
OWNERS = """
    SELECT c.*, p.email AS asker_email, p.phone AS asker_phone, p.protected AS asker_protected
    FROM "case" c LEFT JOIN party p ON p.id = c.reporter_id ORDER BY c.id"""
MUNICIPALITY = "SELECT version, head_hash FROM house WHERE id = 1"


@dataclass(slots=True)
class ObservedEvent:
    """One row of the event table, and when its letters were planned."""

    id: int
    seq: int
    act: int  # the number of the first event of its act; its own where `act_seq` is null
    type: str
    at: datetime
    actor: str
    person_id: int | None
    unit_id: int | None  # by whose shared mailbox it was done
    tick_id: int | None
    facts: dict[str, Any]
    changes: dict[str, Any]
    commitments: list[list[str]]
    previous_hash: str
    hash: str
    recorded_at: datetime
    planning_began_at: datetime | None  # when its letters began to be planned
    planned_at: datetime | None  # when they were planned


@dataclass(slots=True)
class ObservedStory:
    """All events of one case or (stream 0) of the municipality. `owner` is its row in the database, None if missing."""

    stream: int
    name: str
    owner: Row | None
    events: list[ObservedEvent]

    @property
    def is_of_a_case(self) -> bool:
        """Whether the stream belongs to a case; False for that of the municipality."""
        return self.stream != HOUSE_STREAM


def stories_of(snapshot: Snapshot) -> Iterator[ObservedStory]:
    """Yield the story of the municipality and of each case, by stream; a case without events has an empty one."""
    cases = snapshot.rows(OWNERS)
    case, municipality = next(cases, None), next(snapshot.rows(MUNICIPALITY), None)
    for stream, rows in groupby(snapshot.rows(EVENTS), key=lambda row: int(row["stream"])):
        while case is not None and case["id"] < stream:
            yield _story(case["id"], case, ())
            case = next(cases, None)
        owner = case if case is not None and case["id"] == stream else None
        yield _story(stream, owner if stream else municipality, rows)
        case = next(cases, None) if owner is not None else case
    while case is not None:
        yield _story(case["id"], case, ())
        case = next(cases, None)


def _story(stream: int, owner: Row | None, rows: Iterable[Row]) -> ObservedStory:
    fallback = "house" if stream == HOUSE_STREAM else f"stream {stream}"
    name = str(owner["ref"]) if owner is not None and stream != HOUSE_STREAM else fallback
    return ObservedStory(stream, name, owner, [_observed(row) for row in rows])


def _observed(row: Row) -> ObservedEvent:
    return ObservedEvent(
        row["id"], row["seq"], row["act_seq"] or row["seq"], row["type"], moment_of(row["at"]), row["actor"],
        row["person_id"], row["unit_id"], row["tick_id"], as_json(row["facts"]),
        as_json(row["changes"]), as_json(row["commitments"]),
        row["previous_hash"], row["hash"], moment_of(row["recorded_at"]), as_moment(row["planning_began_at"]),
        as_moment(row["planned_at"]),
    )  # fmt: skip
