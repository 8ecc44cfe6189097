"""The journal: the events of each case and of the municipality, append-only, numbered and chained by hashes.

The events of one case, or of the municipality, are one stream: numbered from 1 without gaps. They record all changes,
so that a case can be rebuilt from them.
"""

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
from cases.database.texts import is_storable
from cases.database.writing.bulk import insert_many, reserve_ids
from cases.database.writing.one_statement import NewRow, write_in_one_statement
from cases.database.writing.pending import ITSELF, PendingObject
from cases.history.event_batches import EventBatch
from cases.history.events import DomainEvent
from cases.history.outbox import LETTERS, OutboxEntry
from cases.history.words import Visibility, Words, commitment, fresh_salt
from cases.organisation.automatic_replies import forget_automatic_replies
from cases.refusals import BadCharacters

MOST_ONE_BY_ONE = 3  # events of one entry, written one after the other
MOST_BY_TABLE = 20  # event rows; more are written by `cases.database.writing.bulk`
MOST_IN_AN_ACT = 7  # events; readers look for the events of an act among so many rows from its first on
Numbered = list[tuple["Entry", list[dict[str, Any]]]]  # entries, with the rows of their events
Json = JSON().with_variant(JSONB(), "postgresql")


class Event(Base):
    """One domain event: a row of the table event. Database triggers refuse to change or delete it.

    `stream` is the id of the event's case, or 0 for the municipality; `seq` numbers the events of a stream. `at` is
    when it happened, `recorded_at` when the row was written, by the database's clock. `changes` holds the new values of
    the case's columns, so that the case can be rebuilt without applying any rules. `commitments` holds a pair for each
    text of the event: its field, and the hash that stands for it. All events of one `Entry` have the same
    `act_seq`, the `seq` of the first of them; no hash covers this column. `unit_id` is the unit by whose shared mailbox
    it was done; the hash covers it where there is one, so that older events keep theirs.
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
    unit_id: Mapped[int | None] = mapped_column(BigId, default=None)  # an added column, to which SQLite adds no key
    tick_id: Mapped[int | None] = mapped_column(ForeignKey(EventBatch.id), default=None)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default_factory=dict)
    commitments: Mapped[list[list[str]]] = mapped_column(Json, default_factory=list)  # [field, sha256] pairs
    previous_hash: Mapped[str] = mapped_column(String(64), default="")
    hash: Mapped[str] = mapped_column(String(64), default="")


INSERT_EVENTS = (
    insert(table_of(Event)).values(recorded_at=now()).returning(table_of(Event).c.id, sort_by_parameter_order=True)
)
INSERT_WORDS = insert(table_of(Words))
INSERT_WORK = insert(table_of(OutboxEntry)).values(recorded_at=now())
NEW_WORK = {"consumer": LETTERS, "claims": 0}
STAMPED = ("recorded_at",)


class Streamed(Protocol):
    """A case or the municipality: each of them has its own stream of events, with the number `stream`.

    `version` is the `seq` of the last event in the stream, and `head_hash` the hash of that event.
    """

    version: int
    head_hash: str

    @property
    def stream(self) -> int | None: ...  # none yet for a new one
    @property
    def stream_name(self) -> str: ...
    def tracked(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class SpokenWords:
    """A text to store with an event: what a caller gives to `Entry.add`. The stored row is a `Words`.

    `field` says what the text is, such as "title" or "note"; `visibility` says who may read it.
    """

    field: str
    text: str
    visibility: Visibility = Visibility.PARTICIPANTS


class Entry:
    """The events that record one change to a subject (a case or the municipality), by one actor at one moment.

    Make the entry *before* you change the subject, because it remembers the old values. Then change the subject, add
    the events, and call `write()` once. The first event records all values that changed.

    `subject` is that case or municipality, `by` the actor. Raises `ValueError` when `at` has no time zone.
    """

    def __init__(self, subject: Streamed, *, by: Actor, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError(f"a moment must be aware: {at!r}")
        self.subject, self.by, self.at = subject, by, at.astimezone(UTC)  # as it is read back, and so hashed
        self._before = subject.tracked() if subject.version else {}
        self._drafts: list[tuple[DomainEvent, list[tuple[SpokenWords, str]]]] = []

    def __len__(self) -> int:
        return len(self._drafts)

    def add(self, event: DomainEvent, *words: SpokenWords) -> int:
        """Add an event with its texts `words`; return the index of the event in the entry, counted from 0.

        Raises `ValueError` when the entry holds seven events already: it may not hold more. Raises `BadCharacters` for
        a text with characters that cannot be stored.
        """
        for spoken in words:
            if not is_storable(spoken.text):
                raise BadCharacters(field=spoken.field)
        if len(self._drafts) == MOST_IN_AN_ACT:
            raise ValueError(f"an act has at most {MOST_IN_AN_ACT} events")
        self._drafts.append((event, [(spoken, fresh_salt()) for spoken in words if spoken.text]))
        return len(self._drafts) - 1

    def write(self, session: Session) -> list[int]:
        """Write the events with their texts and outbox rows; return the ids of the events, in order."""
        return insert_entries(session, [self])[id(self)]

    def rows(self) -> list[dict[str, Any]]:
        """Build the rows of the events for the table event, numbered and chained by hashes; nothing is written yet.

        Each row is a dict by column name. Call this once: it also sets the version and the head hash of the subject to
        those of the last event.
        """
        after = self.subject.tracked()
        before = self._before
        changes = {name: plain(value) for name, value in after.items() if before.get(name) != value}
        act_seq, rows = self.subject.version + 1, []
        for event, spoken in self._drafts:
            row = self._row(event, spoken, changes)
            row["act_seq"] = act_seq
            rows.append(row)
            changes = {}
        return rows

    def words_rows(self, place: int) -> list[dict[str, Any]]:
        """Build rows for the table words from the texts of one event: the one for which `add` returned `place`.

        Each row is a dict by column name, without `event_id`: the caller adds that.
        """
        stream = self.subject.stream
        return [
            {
                "case_id": stream or None, "field": said.field, "visibility": said.visibility,
                "text": said.text, "salt": salt,
            }
            for said, salt in self._drafts[place][1]
        ]  # fmt: skip

    @property
    def needs_work_rows(self) -> bool:
        """Whether the events get outbox rows (table work); those of a sweep or an import get none.

        The letters about the events of a sweep are planned together, for the whole sweep.
        """
        return self.by.batch_id is None and self.by.kind is not ActorKind.IMPORT

    def _row(
        self, event: DomainEvent, spoken: list[tuple[SpokenWords, str]], changes: dict[str, Any]
    ) -> dict[str, Any]:
        self.subject.version += 1
        if event.changing and hasattr(self.subject, "changed_version"):
            self.subject.changed_version = self.subject.version
        row = {
            "seq": self.subject.version,
            "type": event.type,
            "at": self.at,
            "actor": self.by.kind,
            "person_id": self.by.person_id,
            "unit_id": self.by.unit_id,
            "tick_id": self.by.batch_id,
            "facts": canonical(event.facts()),
            "changes": canonical(changes),
            "commitments": canonical([[said.field, commitment(said.text, salt)] for said, salt in spoken]),
            "previous_hash": self.subject.head_hash,
        }
        self.subject.head_hash = row["hash"] = chained(self.subject.stream_name, row)
        return row


def insert_entries(session: Session, entries: list[Entry]) -> dict[int, list[int]]:
    """Number the events of these entries and write them with few SQL statements, as `Entry.write` does for one entry.

    Return a dict with a list for each entry: the key is Python's `id(entry)`, the list holds the ids of the entry's
    events, in order.
    """
    return insert_numbered(session, [(entry, entry.rows()) for entry in entries])


def insert_numbered(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write entries whose events are numbered already, in the order given; return the ids of the events.

    They are a dict with a list for each entry: the key is Python's `id(entry)`, the list holds the ids of its events in
    order. `numbered` is a list of pairs: an entry, and the rows that its method `rows` returned. Only for a writer that
    had to number events before it writes them, such as `DeferredWriter`.
    """
    write = next(write for fits, write in INSERT_STRATEGIES if fits(session, numbered))
    written = write(session, numbered)
    if back := {entry.by.person_id for entry, _ in numbered if entry.by.replied_automatically and entry.by.person_id}:
        forget_automatic_replies(session, back)
    return written


def _is_short(session: Session, numbered: Numbered) -> bool:
    """Return whether it is one entry of a few events, where one statement for each spares trips to the database."""
    is_short = len(numbered) == 1 and 1 <= len(numbered[0][1]) <= MOST_ONE_BY_ONE
    return is_short and session.get_bind().dialect.name == "postgresql"


def _is_small(_session: Session, numbered: Numbered) -> bool:
    return sum(len(rows) for _, rows in numbered) <= MOST_BY_TABLE


def _is_any(_session: Session, _numbered: Numbered) -> bool:
    return True


def _insert_one_by_one(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write one entry, a statement for each event with its words and outbox row; the first also writes the subject."""
    ((entry, (first, *others)),) = numbered
    ids = [_insert_first(session, entry, first)]
    for place, row in enumerate(others, start=1):
        ids.append(write_in_one_statement(session, list(_event_rows(entry, place, row)))["event"])
    return {id(entry): ids}


def _insert_by_table(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write all events, then all words, then all outbox rows, with one statement for each table."""
    rows, connection = _with_streams(session, numbered), session.connection()
    ids = _by_entry(numbered, connection.execute(INSERT_EVENTS, rows).scalars() if rows else ())
    if words := _words(numbered, ids):
        connection.execute(INSERT_WORDS, words)
    if work := _work(numbered, ids):
        connection.execute(INSERT_WORK, work)
    return ids


def _insert_in_bulk(session: Session, numbered: Numbered) -> dict[int, list[int]]:
    """Write the same tables as `_insert_by_table`, by `cases.database.writing.bulk`."""
    rows, recorded_at = _with_streams(session, numbered), present(session)
    fresh = reserve_ids(session, Event, len(rows))
    events = [{"id": i, **row, "recorded_at": recorded_at} for i, row in zip(fresh, rows, strict=True)]
    ids = _by_entry(numbered, fresh)
    insert_many(session, Event, events)
    insert_many(session, Words, _words(numbered, ids))
    insert_many(session, OutboxEntry, [{**row, "recorded_at": recorded_at} for row in _work(numbered, ids)])
    return ids


INSERT_STRATEGIES: tuple[
    tuple[Callable[[Session, Numbered], bool], Callable[[Session, Numbered], dict[int, list[int]]]], ...
] = (
    (_is_short, _insert_one_by_one),
    (_is_small, _insert_by_table),
    (_is_any, _insert_in_bulk),
)  # the first whose condition holds is used


def _with_streams(session: Session, numbered: Numbered) -> list[dict[str, Any]]:
    """Return the rows of all events with their streams; flushes first, so that a new case has its id."""
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
        for row in entry.words_rows(place)
    ]


def _work(numbered: Numbered, ids: dict[int, list[int]]) -> list[dict[str, Any]]:
    return [
        {"event_id": event_id, "stream": entry.subject.stream, **NEW_WORK}
        for entry, _ in numbered
        if entry.needs_work_rows
        for event_id in ids[id(entry)]
    ]


def _insert_first(session: Session, entry: Entry, row: dict[str, Any]) -> int:
    """Write an entry's first event, in one statement with its subject when the session has nothing else to flush."""
    event_rows = _event_rows(entry, 0, row)
    if not isinstance(entry.subject, Base):  # a `DueCase`, which the sweep writes itself
        session.flush()
        return write_in_one_statement(session, list(event_rows))["event"]
    pending = PendingObject(session, entry.subject, entry.subject.new_related())
    if not pending.is_only_change:
        session.flush()
    ids = write_in_one_statement(session, [*pending.rows(), *event_rows])
    pending.mark_written(ids)
    return ids["event"]


def _event_rows(entry: Entry, place: int, row: dict[str, Any]) -> Iterator[NewRow]:
    """Return the rows of an event, its words and its outbox entry; they draw the id of a subject that is new."""
    stream = entry.subject.stream
    drawn_stream, drawn_case = ({"stream": ITSELF}, {"case_id": ITSELF}) if stream is None else ({}, {})
    known = {} if stream is None else {"stream": stream}
    yield NewRow("event", table_of(Event), row | known, drawn_stream, stamped=STAMPED)
    for number, said in enumerate(entry.words_rows(place)):
        values = {name: value for name, value in said.items() if name not in drawn_case}
        yield NewRow(f"words{number}", table_of(Words), values, {"event_id": "event"} | drawn_case)
    if entry.needs_work_rows:
        yield NewRow(
            "work", table_of(OutboxEntry), NEW_WORK | known, {"event_id": "event"} | drawn_stream, stamped=STAMPED
        )


def chained(stream_name: str, row: dict[str, Any]) -> str:
    """Return the hash of an event: SHA-256 (hexadecimal) over the name of its stream and the values in `row`.

    `stream_name` is the reference of the case, or "house" for the municipality. `row` holds columns of the table event
    by name. Its `previous_hash` is the hash of the event before; its facts, changes and commitments must be canonical
    JSON text already.
    """
    person = "null" if row["person_id"] is None else row["person_id"]
    unit = "" if row["unit_id"] is None else f",{row['unit_id']}"
    origin = f'"{stream_name}",{row["seq"]},"{row["type"]}","{row["at"].isoformat()}","{row["actor"]}",{person}{unit}'
    content = f'{row["facts"]},{row["changes"]},{row["commitments"]},"{row["previous_hash"]}"'
    return hashlib.sha256(f"[{origin},{content}]".encode()).hexdigest()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Any) -> JsonText:
    """Return the value as canonical JSON: equal values always give the same text.

    Keys are sorted, there is no space after a comma or colon, and only what must be escaped is escaped.
    """
    return JsonText(_canonical.encode(value))


def plain(value: Any) -> Any:
    """Return the value as it is stored in JSON: dates and moments as ISO text, anything else unchanged."""
    return value.isoformat() if isinstance(value, date) else value


def replay(events: Iterable[Event]) -> dict[str, Any]:
    """Return the values of a case as its events left them, by column name; the events must come in order of `seq`.

    The columns are those that the method `Case.tracked` returns, without those that are None; dates and moments are ISO
    texts.
    """
    state: dict[str, Any] = {}
    for event in events:
        state |= event.changes
    return {name: value for name, value in state.items() if value is not None}
