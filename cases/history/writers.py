"""Gathering: what an act makes is written as it goes, or with that of many other acts by few statements.

Acts get the writer that they are to use. Nearly all get a `Writer`. Whoever has many acts for one transaction (an
import replays thousands, on some days hundreds of cases close) gives them a `Gathering`, see
`cases.history.bulk_entries`.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from cases.database.base import Base
from cases.database.writing.bulk import fresh_ids
from cases.history.journal import Entry, Numbered

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


@dataclass
class EntryWriter:
    """Writes as it goes."""

    session: Session

    def add(self, row: Base) -> None:
        """Add a new row; it has its id after the next `flush` or `record`."""
        self.session.add(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Add the new row `other`, to which `row` points by the relationship `name`."""
        setattr(row, name, other)  # written with the row

    def flush(self) -> None:
        """Let what was added have its id."""
        self.session.flush()

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Execute a statement about rows that were added before; nothing is read back."""
        self.session.connection().execute(statement, values)

    def record(self, entry: Entry) -> list[int]:
        """Write an entry of the history; return the ids of its events, in order."""
        return entry.write(self.session)

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number of references of this local year, by raising its counter in the database."""
        return raise_counter(self.session, year)

    def find(
        self, look: Callable[Concatenate[Session, Asked], Found], *asked: Asked.args, **named: Asked.kwargs
    ) -> Found:
        """Return what `look(session, ...)` finds."""
        return look(self.session, *asked, **named)


@dataclass
class DeferredWriter(EntryWriter):
    """Puts off what is to be written, and finds things once. Nothing may read what it has not written yet.

    A new row has its id at once, an entry is numbered and chained at once, and its events have no ids yet.
    """

    memory: dict[Hashable, Any] = field(default_factory=dict)  # what was found, and is not looked for again
    entries: Numbered = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # year -> the last number given out
    rows: dict[type[Base], list[Base]] = field(default_factory=dict)
    statements: list[tuple[Executable, dict[str, Any]]] = field(default_factory=list)
    _ids: dict[type[Base], Iterator[int]] = field(default_factory=dict)

    def add(self, row: Base) -> None:
        """Add a new row, which gets its id here."""
        model = type(row)
        if model not in self._ids:
            self._ids[model] = fresh_ids(self.session, model)
        row.id = next(self._ids[model])  # type: ignore[attr-defined]
        self.rows.setdefault(model, []).append(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Add the new row `other`, and give its id to `row`."""
        self.add(other)
        setattr(row, f"{name}_id", other.id)  # type: ignore[attr-defined]

    def flush(self) -> None:
        """Do nothing: what was added has its id."""

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Put the statement off, in its order among others."""
        self.statements.append((statement, values))

    def record(self, entry: Entry) -> list[int]:
        """Number and chain an entry; return no ids."""
        self.entries.append((entry, entry.rows()))
        return []

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number of this local year; only the first one is asked of the database."""
        if year in self.numbers:
            self.numbers[year] += 1
        else:
            self.numbers[year] = raise_counter(self.session, year)
        return self.numbers[year]

    def find(
        self, look: Callable[Concatenate[Session, Asked], Found], *asked: Asked.args, **named: Asked.kwargs
    ) -> Found:
        """Return what `look(session, ...)` found the first time that it was asked for the same."""
        key = (look, asked, *named.items())
        if key not in self.memory:
            self.memory[key] = look(self.session, *asked, **named)
        found: Found = self.memory[key]
        return found
