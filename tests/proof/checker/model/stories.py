"""Stories: the history of each case and of the house, read once, in the order of its numbers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from proof.checker.evidence.snapshot import Row, Snapshot, as_json, as_moment, moment_of

THE_HOUSE = 0
EVENTS = """
    SELECT e.*, coalesce(t.sealed_at, w.done_at) AS read_at, coalesce(t.planned_at, w.done_at) AS told_at
    FROM event e LEFT JOIN work w ON w.event_id = e.id AND w.consumer = 'letters' LEFT JOIN tick t ON t.id = e.tick_id
    ORDER BY e.stream, e.seq"""
OWNERS = """
    SELECT c.*, p.email AS asker_email, p.phone AS asker_phone
    FROM "case" c LEFT JOIN party p ON p.id = c.reporter_id ORDER BY c.id"""
HOUSE = "SELECT version, head_hash FROM house WHERE id = 1"


@dataclass(slots=True)
class ObservedEvent:
    """One event as it lies in its row."""

    id: int
    seq: int
    act: int  # the number of the first event that was written with it: its own, when nothing says so
    type: str
    at: datetime
    actor: str
    person_id: int | None
    tick_id: int | None
    facts: dict[str, Any]
    changes: dict[str, Any]
    commitments: list[list[str]]
    previous_hash: str
    hash: str
    recorded_at: datetime
    read_at: datetime | None  # when its letters began to be planned
    told_at: datetime | None  # when they were planned


@dataclass(slots=True)
class ObservedStory:
    """One stream: whose it is, and what happened in it. `owner` is the row of the case or of the house."""

    stream: int
    name: str
    owner: Row | None
    events: list[ObservedEvent]

    @property
    def is_of_a_case(self) -> bool:
        """False for the house's own stream."""
        return self.stream != THE_HOUSE


def stories_of(snapshot: Snapshot) -> Iterator[ObservedStory]:
    """Give the story of the house and of each case; a case without events has an empty one."""
    cases = snapshot.rows(OWNERS)
    case, house = next(cases, None), next(snapshot.rows(HOUSE), None)
    for stream, rows in groupby(snapshot.rows(EVENTS), key=lambda row: int(row["stream"])):
        while case is not None and case["id"] < stream:
            yield _story(case["id"], case, ())
            case = next(cases, None)
        owner = case if case is not None and case["id"] == stream else None
        yield _story(stream, owner if stream else house, rows)
        case = next(cases, None) if owner is not None else case
    while case is not None:
        yield _story(case["id"], case, ())
        case = next(cases, None)


def _story(stream: int, owner: Row | None, rows: Iterable[Row]) -> ObservedStory:
    named = "house" if stream == THE_HOUSE else f"stream {stream}"
    name = str(owner["ref"]) if owner is not None and stream != THE_HOUSE else named
    return ObservedStory(stream, name, owner, [_happened(row) for row in rows])


def _happened(row: Row) -> ObservedEvent:
    return ObservedEvent(
        row["id"], row["seq"], row["act_seq"] or row["seq"], row["type"], moment_of(row["at"]), row["actor"],
        row["person_id"], row["tick_id"], as_json(row["facts"]), as_json(row["changes"]), as_json(row["commitments"]),
        row["previous_hash"], row["hash"], moment_of(row["recorded_at"]), as_moment(row["read_at"]),
        as_moment(row["told_at"]),
    )  # fmt: skip
