"""The history: streams of events, numbered without gaps, chained, and enough to give the present state back."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.actors import Actor, ActorKind
from cases.database.base import Base, BigId, JsonText, UtcDateTime, one_of, table_of
from cases.database.clock import now, present
from cases.database.writing.bulk import insert_many, reserve_ids
from cases.database.writing.one_statement import NewRow, write_in_one_statement
from cases.database.writing.pending import ITSELF, PendingObject
from cases.history.event_batches import EventBatch
from cases.history.events import DomainEvent
from cases.history.outbox import LETTERS, OutboxEntry
from cases.history.words import Visibility, Words, commitment, fresh_salt

A_FEW_EVENTS = 3  # of one entry: as many go in one after the other
FEW = 20  # more rows than this go in by `cases.database.writing.bulk`
MOST_IN_AN_ACT = 7  # events; whoever looks for those of one act reads so many rows on from its first
Numbered = list[tuple["Entry", list[dict[str, Any]]]]  # entries, with the rows of their events
Json = JSON().with_variant(JSONB(), "postgresql")


class Event(Base):
    """One thing that happened. Triggers refuse to change or delete it.

    `at` is domain time, `recorded_at` the database's. `changes` is what it set, so that a replay needs no rules.
    `act_seq` is the correlation id of its act: the `seq` of the first event written with it. No hash covers it.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("stream", "seq"),
        CheckConstraint("seq >= 1", name="seq"),
        Index("ix_event_tick_id", "tick_id"),
        Index("ix_event_type", "type", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    stream: Mapped[int] = mapped_column(BigId)
    seq: Mapped[int]
    act_seq: Mapped[int | None] = mapped_column(default=None)
    type: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[ActorKind] = mapped_column(one_of(ActorKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    tick_id: Mapped[int | None] = mapped_column(ForeignKey(EventBatch.id), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    commitments: Mapped[list[list[str]]] = mapped_column(Json, default_factory=list)  # [field, sha256] pairs
    previous_hash: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64), default="")


SOME_EVENTS = (
    insert(table_of(Event)).values(recorded_at=now()).returning(table_of(Event).c.id, sort_by_parameter_order=True)
)
SOME_WORDS = insert(table_of(Words))
SOME_WORK = insert(table_of(OutboxEntry)).values(recorded_at=now())
WORK = {"consumer": LETTERS, "claims": 0}
RECORDED = ("recorded_at",)


class Streamed(Protocol):
    """A case, or the house: what has a stream of events."""

    version: int
    head_hash: str

    @property
    def stream(self) -> int | None: ...  # none yet for a new one
    @property
    def stream_name(self) -> str: ...
    def tracked(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class SpokenWords:
    """Words that go with an event: which field of it they are, and who may read them."""

    field: str
    text: str
    visibility: Visibility = Visibility.PARTICIPANTS


class Entry:
    """What one act writes into a stream: one or more happenings, at one moment, by one actor.

    Make it *before* anything is changed, add what happened, then `write()` once. The first happening carries what
    the whole act has set. Events of a tick get no work rows: the tick is told as a whole.
    """

    def __init__(self, subject: Streamed, *, by: Actor, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError(f"a moment must be aware: {at!r}")
        self.subject, self.by, self.at = subject, by, at.astimezone(UTC)  # as it is read back, and so hashed
        self._before = subject.tracked() if subject.version else {}
        self._drafts: list[tuple[DomainEvent, list[tuple[SpokenWords, str]]]] = []

    def __len__(self) -> int:
        return len(self._drafts)

    def add(self, happening: DomainEvent, *said: SpokenWords) -> int:
        """Add what happened, with these words; return its place in the entry, from 0. An eighth is a `ValueError`."""
        if len(self._drafts) == MOST_IN_AN_ACT:
            raise ValueError(f"an act has at most {MOST_IN_AN_ACT} events")
        self._drafts.append((happening, [(words, fresh_salt()) for words in said if words.text]))
        return len(self._drafts) - 1

    def write(self, session: Session) -> list[int]:
        """Write events, words and work rows; return the events' ids, in order."""
        return insert_entries(session, [self])[id(self)]

    def rows(self) -> list[dict[str, Any]]:
        """Number and chain the happenings; the subject's version and head move on."""
        after = self.subject.tracked()
        before = self._before
        changes = {name: plain(value) for name, value in after.items() if before.get(name) != value}
        act_seq, rows = self.subject.version + 1, []
        for happening, spoken in self._drafts:
            row = self._row(happening, spoken, changes)
            row["act_seq"] = act_seq
            rows.append(row)
            changes = {}
        return rows

    def spoken(self, place: int) -> list[dict[str, Any]]:
        """Give the rows of words of the happening at this place, but for the id of its event."""
        stream = self.subject.stream
        return [
            {
                "case_id": stream or None, "field": said.field, "visibility": said.visibility,
                "text": said.text, "salt": salt,
            }
            for said, salt in self._drafts[place][1]
        ]  # fmt: skip

    @property
    def is_told(self) -> bool:
        """Whether its events get work rows: not those of a tick, nor what an import replays."""
        return self.by.batch_id is None and self.by.kind is not ActorKind.IMPORT

    def _row(
        self, happening: DomainEvent, spoken: list[tuple[SpokenWords, str]], changes: dict[str, Any]
    ) -> dict[str, Any]:
        self.subject.version += 1
        if happening.changing and hasattr(self.subject, "changed_version"):
            self.subject.changed_version = self.subject.version
        row = {
            "seq": self.subject.version,
            "type": happening.type,
            "at": self.at,
            "actor": self.by.kind,
            "person_id": self.by.person_id,
            "tick_id": self.by.batch_id,
            "facts": canonical(happening.facts()),
            "changes": canonical(changes),
            "commitments": canonical([[said.field, commitment(said.text, salt)] for said, salt in spoken]),
            "previous_hash": self.subject.head_hash,
        }
        self.subject.head_hash = row["hash"] = chained(self.subject.stream_name, row)
        return row


def insert_entries(session: Session, entries: list[Entry]) -> dict[int, list[int]]:
    """Write entries with one statement per table; give their events' ids by `id(entry)`."""
    return insert_numbered(session, [(entry, entry.rows()) for entry in entries])


def insert_numbered(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write entries whose rows are numbered already, in that order; return their events' ids by `id(entry)`."""
    write = next(write for fits, write in WAYS if fits(session, numbered))
    return write(session, numbered)


def _is_short(session: Session, numbered: Numbered) -> bool:
    """Say whether it is one entry of a few events, where one statement spares several trips to the database."""
    is_short = len(numbered) == 1 and 1 <= len(numbered[0][1]) <= A_FEW_EVENTS
    return is_short and session.get_bind().dialect.name == "postgresql"


def _is_few(_session: Session, numbered: Numbered) -> bool:
    return sum(len(rows) for _, rows in numbered) <= FEW


def _is_any(_session: Session, _numbered: Numbered) -> bool:
    return True


def _insert_in_turn(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write an entry's events one after the other, each with its words and its work, the first with their subject."""
    ((entry, (first, *others)),) = numbered
    ids = [_insert_first(session, entry, first)]
    for place, row in enumerate(others, start=1):
        ids.append(write_in_one_statement(session, list(_beside(entry, place, row)))["event"])
    return {id(entry): ids}


def _insert_some(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write all events, then all words, then all work, by a statement for each table."""
    rows, connection = _with_streams(session, numbered), session.connection()
    ids = _by_entry(numbered, connection.execute(SOME_EVENTS, rows).scalars() if rows else ())
    if words := _words(numbered, ids):
        connection.execute(SOME_WORDS, words)
    if work := _work(numbered, ids):
        connection.execute(SOME_WORK, work)
    return ids


def _insert_many(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write as `_insert_some` does, by `cases.database.writing.bulk`."""
    rows, recorded_at = _with_streams(session, numbered), present(session)
    fresh = reserve_ids(session, Event, len(rows))
    events = [{"id": i, **row, "recorded_at": recorded_at} for i, row in zip(fresh, rows, strict=True)]
    ids = _by_entry(numbered, fresh)
    insert_many(session, Event, events)
    insert_many(session, Words, _words(numbered, ids))
    insert_many(session, OutboxEntry, [{**row, "recorded_at": recorded_at} for row in _work(numbered, ids)])
    return ids


WAYS: tuple[tuple[Callable[[Session, Numbered], bool], Callable[[Session, Numbered], dict[int, list[int]]]], ...] = (
    (_is_short, _insert_in_turn),
    (_is_few, _insert_some),
    (_is_any, _insert_many),
)  # how entries are written: the first way that fits


def _with_streams(session: Session, numbered: Numbered) -> list[dict[str, Any]]:
    """Return the rows of all events, with their streams: a new case gets its id here."""
    session.flush()
    return [row | {"stream": entry.subject.stream} for entry, rows in numbered for row in rows]


def _by_entry(numbered: Numbered, event_ids: Iterable[int]) -> dict[int, list[int]]:
    fresh = iter(event_ids)
    return {id(entry): [next(fresh) for _ in rows] for entry, rows in numbered}


def _words(numbered: Numbered, ids: dict[int, list[int]]) -> list[dict[str, Any]]:
    return [
        {"event_id": event_id, **row}
        for entry, _ in numbered
        for place, event_id in enumerate(ids[id(entry)])
        for row in entry.spoken(place)
    ]


def _work(numbered: Numbered, ids: dict[int, list[int]]) -> list[dict[str, Any]]:
    return [
        {"event_id": event_id, "stream": entry.subject.stream, **WORK}
        for entry, _ in numbered
        if entry.is_told
        for event_id in ids[id(entry)]
    ]


def _insert_first(session: Session, entry: Entry, row: dict[str, Any]) -> int:
    """Write an event with words and work, and its subject beside them when nothing else waits to be written."""
    beside = _beside(entry, 0, row)
    if not isinstance(entry.subject, Base):  # the sweep writes what it has read of a case itself
        session.flush()
        return write_in_one_statement(session, list(beside))["event"]
    unwritten = PendingObject(session, entry.subject, entry.subject.new_related())
    if not unwritten.is_only_change:
        session.flush()
    ids = write_in_one_statement(session, [*unwritten.rows(), *beside])
    unwritten.mark_written(ids)
    return ids["event"]


def _beside(entry: Entry, place: int, row: dict[str, Any]) -> Iterator[NewRow]:
    """Give an event, its words and its work; of a new subject they draw the id that it gets with them."""
    stream = entry.subject.stream
    its_stream, its_case = ({"stream": ITSELF}, {"case_id": ITSELF}) if stream is None else ({}, {})
    known = {} if stream is None else {"stream": stream}
    yield NewRow("event", table_of(Event), row | known, its_stream, stamped=RECORDED)
    for number, said in enumerate(entry.spoken(place)):
        values = {name: value for name, value in said.items() if name not in its_case}
        yield NewRow(f"words{number}", table_of(Words), values, {"event_id": "event"} | its_case)
    if entry.is_told:
        yield NewRow("work", table_of(OutboxEntry), WORK | known, {"event_id": "event"} | its_stream, stamped=RECORDED)


def chained(stream_name: str, row: dict[str, Any]) -> str:
    """Give the hash of an event: SHA-256 over its canonical JSON, the one before it included.

    The row's facts, changes and commitments are canonical JSON already; nothing else in it needs escaping.
    """
    person = "null" if row["person_id"] is None else row["person_id"]
    who = f'"{stream_name}",{row["seq"]},"{row["type"]}","{row["at"].isoformat()}","{row["actor"]}",{person}'
    what = f'{row["facts"]},{row["changes"]},{row["commitments"]},"{row["previous_hash"]}"'
    return hashlib.sha256(f"[{who},{what}]".encode()).hexdigest()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> JsonText:
    """Give JSON that is the same for the same value: sorted keys, no spaces, UTF-8."""
    return JsonText(_canonical.encode(value))


def plain(value: Any) -> Any:
    """Give the value as JSON has it: days and moments as ISO."""
    return value.isoformat() if isinstance(value, date) else value


def replay(events: Iterable[Event]) -> dict[str, Any]:
    """Give what the events, in order of seq, add up to: `case.tracked()`, as JSON, without what is None."""
    state: dict[str, Any] = {}
    for event in events:
        state |= event.changes
    return {name: value for name, value in state.items() if value is not None}
