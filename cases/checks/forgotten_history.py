"""The independent check of the journal (G6): hashes are computed again, and cases are replayed from their events.

It shares nothing with `cases.history.journal`: what the hash of an event covers is written here a second time. A stream
is the events of one case (or of the municipality). A check reads all streams or only some (`Portion`), since after many
years there are too many to read every morning.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

Found = tuple[str, str, str]  # what, subject, detail
AT_A_TIME = 2000
MOMENTS = (
    "due_at", "next_at", "rung_at", "life_due_at", "life_at", "statutory_due_at", "statutory_at", "promise_breaks_at",
    "waiting_from_due_at", "published_at", "ended_at",
)  # fmt: skip
FLAGS = ("quick_win",)
PLAIN = (
    "kind", "state", "responsible_id", "officer_id", "group_id", "category_id", "place_id", "policy_id", "cycle",
    "rung", "promised_on", "waiting_for", "waiting_unit_id", "merged_into_id", "highest_rung", "sent_back_count",
    "obligation", "subject", "contact_id", "perspective",
)  # fmt: skip


CASES = 'SELECT * FROM "case" {} ORDER BY id'
EVENTS = "SELECT * FROM event {} ORDER BY stream, seq"
WORDS = """
    SELECT w.field, w.text, w.salt, e.commitments, e.type, e.id
    FROM (SELECT * FROM words WHERE text IS NOT NULL) w JOIN event e ON e.id = w.event_id {}"""
GROWN = "SELECT stream FROM event WHERE id > :after"
LAST_BEFORE = f"SELECT max(id) FROM event WHERE id <= :after AND stream IN ({GROWN}) GROUP BY stream"  # noqa: S608 - our own  # nosec B608
OF_THESE = {  # which rows a portion has of each; of what went on, the event before is the one to start from
    CASES: f"WHERE (id % :turns = :turn OR id IN ({GROWN}))",
    EVENTS: f"WHERE (stream % :turns = :turn OR id > :after OR id IN ({LAST_BEFORE}))",
    WORDS: "WHERE (e.stream % :turns = :turn OR e.id > :after)",
}
TURNS = 28  # mornings until every stream has had its turn


@dataclass(frozen=True)
class Portion:
    """The event streams that are checked on the day `day`, so that daily checks reach each one within 28 days.

    They are the streams whose turn it is on that day, from their beginning, and those with new events: with an id
    greater than `after`, which the caller sets to the id of the newest event at the last check. Of the latter only
    the new events are read, and the last one before them, whose hash theirs must follow.
    """

    day: date
    after: int

    @property
    def turn(self) -> int:
        """The number of `day`, counted from 1 January of the year 1, modulo 28: a number from 0 to 27.

        On this day it is the turn of every stream whose number (the id of its case) modulo 28 is the same.
        """
        return self.day.toordinal() % TURNS

    def begins_at_once(self, stream: int) -> bool:
        """Return whether this stream is read from its beginning, since it is its turn."""
        return stream % TURNS == self.turn


def broken_histories(session: Session, portion: Portion | None = None) -> Iterator[Found]:
    """Yield what is wrong in the stored history, each as (what is wrong, the case or event, detail).

    It finds broken hash chains, cases that differ from their replayed events, and words that were changed. `portion`
    says which streams to read; None: all. Cases and events are read once, side by side.
    """
    cases, events = (_rows(session, sql, portion) for sql in (CASES, EVENTS))
    streams = groupby(events, key=lambda event: event["stream"])
    case = next(cases, None)
    for stream, rows in streams:
        while case is not None and case["id"] < stream:
            yield "a case has no history", case["ref"], ""
            case = next(cases, None)
        owner = case if case is not None and case["id"] == stream else None
        replayed = ReplayedStream(_name(stream, owner), portion is None or portion.begins_at_once(stream))
        yield from _broken(replayed, rows, owner)
        if owner is not None:
            case = next(cases, None)
    for lost in [case, *cases] if case is not None else []:
        yield "a case has no history", lost["ref"], ""
    yield from _changed_words(_rows(session, WORDS, portion))


def _name(stream: int, case: RowMapping | None) -> str:
    if case is not None:
        return str(case["ref"])
    return "house" if stream == 0 else f"stream {stream}"


@dataclass
class ReplayedStream:
    """One case (or the municipality) as its events make it, as far as they have been replayed.

    `name` is the reference of the case, "house" for the municipality; `state` has the values that the events gave, by
    column. `head` is the hash of the last event replayed, and `rungs` holds the rungs that have fired, each as
    (clock, cycle, rung). When it is not read `from_first`, its first row is the event to start from, unless that is
    the first of the stream: it is believed, and `state` has only what changed after it.
    """

    name: str
    from_first: bool = True
    head: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    rungs: set[tuple[Any, ...]] = field(default_factory=set)

    def add(self, event: RowMapping) -> Iterator[Found]:
        """Replay the next event of the stream, a row of the table `event`; yield each error found.

        An error is (what is wrong, name of the stream, detail): a wrong hash, or a rung that has fired before.
        """
        if not self.from_first and not self.head and event["seq"] > 1:
            self.head = event["hash"]
            return
        facts, changes, commitments = (_json(event[name]) for name in ("facts", "changes", "commitments"))
        hashed = [
            self.name, event["seq"], event["type"], _moment(event["at"]).isoformat(), event["actor"],
            event["person_id"], *_given(event["unit_id"]), facts, changes, commitments, self.head,
        ]  # fmt: skip
        if event["hash"] != _hash(hashed):
            yield "the chain is broken", self.name, f"event {event['seq']}"
        self.head = event["hash"]
        self.state |= changes
        rung = (facts.get("clock"), facts.get("cycle"), facts.get("rung"))
        if event["type"] == "case.escalated":
            if rung in self.rungs:
                yield "a rung has fired twice", self.name, f"rung {rung[2]}"
            self.rungs.add(rung)


def _broken(replayed: ReplayedStream, events: Iterator[RowMapping], case: RowMapping | None) -> Iterator[Found]:
    for event in events:
        yield from replayed.add(event)
    if case is None and replayed.name != "house":
        yield "events belong to no case", replayed.name, ""
    if case is not None:
        if case["head_hash"] != replayed.head:
            yield "the case does not know its last event", replayed.name, ""
        yield from ((what, replayed.name, name) for what, name in _differing(case, replayed))


def _differing(case: RowMapping, replayed: ReplayedStream) -> Iterator[tuple[str, str]]:
    what, state = "the events do not add up to the case", replayed.state
    is_whole = replayed.from_first
    for name in PLAIN:
        if (is_whole or name in state) and str(_bare(case[name])) != str(state.get(name)):
            yield what, name
    for name in MOMENTS:
        moments = (_moment(value) if value else None for value in (case[name], state.get(name)))
        if (is_whole or name in state) and len({*moments}) > 1:
            yield what, name
    for name in FLAGS:
        if (is_whole or name in state) and bool(case[name]) != bool(state.get(name)):
            yield what, name


def _changed_words(rows: Iterator[RowMapping]) -> Iterator[Found]:
    for row in rows:
        digest = hashlib.sha256((row["salt"] + row["text"]).encode()).hexdigest()
        if [row["field"], digest] not in _json(row["commitments"]):
            yield "words were changed", row["type"], f"event id {row['id']}"


def _rows(session: Session, sql: str, portion: Portion | None) -> Iterator[RowMapping]:
    """Return the portion's rows, fetched two thousand at a time."""
    statement = text(sql.format(OF_THESE[sql] if portion else "")).execution_options(yield_per=AT_A_TIME)
    return (row._mapping for row in session.execute(statement, parameters_of(portion)))


def parameters_of(portion: Portion | None) -> dict[str, int]:
    """Return the parameters of the queries for this portion; none for all streams."""
    return {"turns": TURNS, "turn": portion.turn, "after": portion.after} if portion else {}


def _hash(content: list[Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _given(unit_id: int | None) -> list[int]:
    return [] if unit_id is None else [unit_id]  # older events have none, and their hashes do not know of it


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _bare(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
