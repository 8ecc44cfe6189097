"""Copying cases: many rows from a few that Ventil's own code has written, each case with valid texts and hashes.

A mould is a template: one case with its whole history. A copy has its own id, reference, public id, words, category,
place, salts, commitments and hashes, so that it is what the same changes would have written for another case.
"""

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bench.ground.swedish import Writer
from cases.case import Case
from cases.database.base import Base, table_of
from cases.database.transactions import Database
from cases.history.journal import Event, canonical
from cases.history.outbox import OutboxEntry
from cases.history.words import Words
from cases.ladder.climbing import FiredRung
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.promises import Promise
from cases.references import ReferenceCounter

NULL = r"\N"
CHUNK = 5_000
OWN: dict[
    type[Base], tuple[str, ...]
] = {  # the columns that differ from copy to copy, in the order in which a line is written
    Case: ("id", "ref", "public_id", "title", "head_hash", "category_id", "place_id"),
    Event: ("id", "stream", "commitments", "previous_hash", "hash"),
    Words: ("id", "event_id", "case_id", "text", "salt"),
    OutboxEntry: ("id", "event_id", "stream"),
    Promise: ("id", "case_id"),
    FiredRung: ("case_id", "event_id"),
}
WITH_IDS: tuple[type[Any], ...] = (Case, Event, Words, OutboxEntry, Promise)


@dataclass(frozen=True)
class StampedEvent:
    """One event of a mould: the content to hash, and the constant ends of its rows for COPY (event, words, outbox)."""

    hashed: str
    rest: str
    words: tuple[tuple[str, str], ...]  # (field, constant end of the line)
    work: tuple[str, ...]


@dataclass(frozen=True)
class Mould:
    """A template: one case with its history, as the constant parts of the rows that COPY reads."""

    year: int
    about: tuple[str, str]  # slugs of its category and place
    rest: str
    events: tuple[StampedEvent, ...]
    promises: tuple[str, ...]
    rungs: tuple[tuple[int, str], ...]  # (index of its event, constant end of the line)


def moulds_of(session: Session, case_ids: list[int]) -> list[Mould]:
    """Read the cases with these ids; return them as moulds."""
    return [_mould(session, session.get_one(Case, case_id)) for case_id in case_ids]


def _mould(session: Session, case: Case) -> Mould:
    events = list(session.scalars(select(Event).where(Event.stream == case.id).order_by(Event.seq)))
    indexes = {event.id: index for index, event in enumerate(events)}
    rungs = session.scalars(select(FiredRung).where(FiredRung.case_id == case.id))
    promises = session.scalars(select(Promise).where(Promise.case_id == case.id))
    return Mould(
        int(case.ref[:4]),
        (case.category.slug if case.category else "", case.place.slug if case.place else ""),
        _rest(case),
        tuple(_stamped(session, event) for event in events),
        tuple(_rest(promise) for promise in promises),
        tuple((indexes[rung.event_id], _rest(rung)) for rung in rungs),
    )


def _stamped(session: Session, event: Event) -> StampedEvent:
    words = session.scalars(select(Words).where(Words.event_id == event.id).order_by(Words.id))
    hashed = canonical([
        event.seq, event.type, event.at.isoformat(), str(event.actor), event.person_id, event.facts, event.changes,
    ])  # fmt: skip
    work = session.scalars(select(OutboxEntry).where(OutboxEntry.event_id == event.id))
    texts = tuple((row.field, _rest(row)) for row in words)
    return StampedEvent(hashed[1:-1], _rest(event), texts, tuple(_rest(entry) for entry in work))


def _rest(row: Base) -> str:
    """Return the end of the row's line: the columns that are alike in every copy."""
    own = OWN[type(row)]
    values = [getattr(row, column.key) for column in table_of(type(row)).columns if column.key not in own]
    return "".join(f"\t{_as_text(value)}" for value in values)


def _as_text(value: Any) -> str:
    """Return a value as COPY reads it; SQLite's column types convert it to the same."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return canonical(value) if isinstance(value, dict | list) else str(value)


def _about(mould: Mould, category: Any, place: Any) -> StampedEvent:
    """Return the mould's first event with another category and place."""
    first = mould.events[0]
    return replace(
        first, hashed=_named(first.hashed, mould, category, place), rest=_named(first.rest, mould, category, place)
    )


def _named(canonical_json: str, mould: Mould, category: Any, place: Any) -> str:
    for name, was, now in (("category", mould.about[0], category), ("place", mould.about[1], place)):
        canonical_json = canonical_json.replace(f'"{name}":"{was}"', f'"{name}":"{now.slug}"')
        canonical_json = re.sub(f'"{name}_id":[0-9]+', f'"{name}_id":{now.id}', canonical_json)
    return canonical_json


class Stamp:
    """Makes copies of moulds for one database, with ids and references that go on from those that it has."""

    def __init__(self, session: Session) -> None:
        self._ids: dict[type[Base], int] = {
            model: session.scalar(select(func.max(model.id))) or 0 for model in WITH_IDS
        }
        counters = session.execute(select(ReferenceCounter.year, ReferenceCounter.last))
        self.numbers = {year: last for year, last in counters}  # noqa: C416 - rows are no pairs to `dict`
        self.lines: dict[type[Base], list[str]] = {model: [] for model in OWN}
        self._writer, self._chance = Writer(), random.Random(6)
        self._about = [list(session.execute(select(model.id, model.slug))) for model in (Category, Place)]

    def copy(self, mould: Mould) -> None:
        """Add the lines of one copy of this mould."""
        case_id = self._next(Case)
        self.numbers[mould.year] = number = self.numbers.get(mould.year, 0) + 1
        ref, head, title, event_ids = f"{mould.year}-{number:04d}", "", "", []
        category, place = (self._chance.choice(rows) for rows in self._about)
        for stamped in (_about(mould, category, place), *mould.events[1:]):
            event_id = self._next(Event)
            said = [(field, self._writer.write(field), f"{event_id:030x}{n:02x}", rest)
                    for n, (field, rest) in enumerate(stamped.words)]  # fmt: skip
            title = next((words for field, words, _, _ in said if field == "title"), title)
            head = self._event((event_id, case_id, ref), stamped, said, head)
            event_ids.append(event_id)
        self._add(Case, f"{case_id}\t{ref}\tseed{case_id:018d}\t{title}\t{head}\t{category.id}\t{place.id}{mould.rest}")
        for rest in mould.promises:
            self._add(Promise, f"{self._next(Promise)}\t{case_id}{rest}")
        for index, rest in mould.rungs:
            self._add(FiredRung, f"{case_id}\t{event_ids[index]}{rest}")

    def _event(self, ids: tuple[int, int, str], stamped: StampedEvent, said: list[Any], before: str) -> str:
        """Add the lines of an event, its words and its outbox entries; return its hash."""
        event_id, case_id, ref = ids
        pairs = [[field, sha256(f"{salt}{words}".encode()).hexdigest()] for field, words, salt, _ in said]
        commitments = canonical(pairs)
        head = sha256(f'["{ref}",{stamped.hashed},{commitments},"{before}"]'.encode()).hexdigest()
        self._add(Event, f"{event_id}\t{case_id}\t{commitments}\t{before}\t{head}{stamped.rest}")
        for _, words, salt, rest in said:
            self._add(Words, f"{self._next(Words)}\t{event_id}\t{case_id}\t{words}\t{salt}{rest}")
        for rest in stamped.work:
            self._add(OutboxEntry, f"{self._next(OutboxEntry)}\t{event_id}\t{case_id}{rest}")
        return head

    def _next(self, model: type[Base]) -> int:
        self._ids[model] += 1
        return self._ids[model]

    def _add(self, model: type[Base], line: str) -> None:
        self.lines[model].append(line)

    def flush(self) -> Iterator[tuple[str, list[str]]]:
        """Yield (`table (columns)`, lines) for each table that has lines, and clear them."""
        for model, own in OWN.items():
            table = table_of(model)
            columns = [*own, *(column.key for column in table.columns if column.key not in own)]
            lines, self.lines[model] = self.lines[model], []
            if lines:
                yield f'"{table.name}" ({", ".join(columns)})', lines


def stamp(database: Database, chosen: Iterator[Mould]) -> None:
    """Write a copy of each mould that is given, by COPY or executemany, and update sequences and reference counters."""
    with database.reading() as session:
        stamp_ = Stamp(session)
    writes = _writing_sqlite if database.is_sqlite else _writing_postgresql
    with writes(database) as write:
        for number, mould in enumerate(chosen, 1):
            stamp_.copy(mould)
            if number % CHUNK == 0:
                _write(write, stamp_)
        _write(write, stamp_)
    _count_on(database, stamp_.numbers)


def _write(write: Any, stamp_: Stamp) -> None:
    for target, lines in stamp_.flush():
        write(target, lines)


@contextmanager
def _writing_postgresql(database: Database) -> Iterator[Any]:
    """Yield a function that writes lines, in one transaction; search indexes are dropped and rebuilt at the end."""
    engine = database.engine.execution_options(isolation_level="READ COMMITTED")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        named = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'words' AND indexdef LIKE '%USING gin%'"
        built = connection.execute(text(named)).all()
        for name, _ in built:
            connection.execute(text(f"DROP INDEX {name}"))
        driver: Any = connection.connection.driver_connection

        def write(target: str, lines: list[str]) -> None:
            with driver.cursor().copy(f"COPY {target} FROM STDIN") as copy:
                copy.write("\n".join(lines) + "\n")

        yield write
        for _, definition in built:
            connection.exec_driver_sql(definition)
        for name in ("case", "event", "words", "work", "promise"):
            connection.execute(
                text(f"""SELECT setval(pg_get_serial_sequence('"{name}"', 'id'), max(id)) FROM "{name}" """)
            )


@contextmanager
def _writing_sqlite(database: Database) -> Iterator[Any]:
    with database.engine.begin() as connection:
        driver: Any = connection.connection.driver_connection

        def write(target: str, lines: list[str]) -> None:
            rows = [tuple(None if cell == NULL else cell for cell in line.split("\t")) for line in lines]
            marks = ", ".join("?" * len(rows[0]))
            driver.executemany(f"INSERT INTO {target} VALUES ({marks})", rows)

        yield write


def _count_on(database: Database, numbers: dict[int, int]) -> None:
    with database.transaction() as session:
        for year, last in numbers.items():
            session.merge(ReferenceCounter(year=year, last=last))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0") if not database.is_sqlite else text("SELECT 1"))
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
