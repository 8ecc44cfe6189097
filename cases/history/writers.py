"""Writers: how an act writes its rows and its entry, at once or put off until many acts are written together.

The caller passes the writer to each act, nearly always an `EntryWriter`. Callers with many acts in one transaction (an
import replays thousands; on some days hundreds of cases close) use a `DeferredWriter`, see
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

Params = ParamSpec("Params")
Found = TypeVar("Found")


@dataclass
class EntryWriter:
    """Writes each row and entry at once."""

    session: Session

    def add(self, row: Base) -> None:
        """Add a new row, which has its id after the next `flush` or `record`."""
        self.session.add(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Add the new row `other`, to which `row` points by the relationship `name`."""
        setattr(row, name, other)  # written with the row

    def flush(self) -> None:
        """Flush the session, so that the rows that were added have their ids."""
        self.session.flush()

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Execute a statement about rows that were added before, without reading a result."""
        self.session.connection().execute(statement, values)

    def record(self, entry: Entry) -> list[int]:
        """Write an entry of the history; return the ids of its events, in order."""
        return entry.write(self.session)

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number of references of this local year, by raising its counter in the database."""
        return raise_counter(self.session, year)

    def find(
        self, lookup: Callable[Concatenate[Session, Params], Found], *args: Params.args, **kwargs: Params.kwargs
    ) -> Found:
        """Return the result of `lookup(session, ...)`."""
        return lookup(self.session, *args, **kwargs)


@dataclass
class DeferredWriter(EntryWriter):
    """Puts off all writing, and caches look-ups. Nothing may query for rows that it has not written yet.

    A new row has its id at once, an entry is numbered and chained at once, and its events have no ids yet.
    """

    memory: dict[Hashable, Any] = field(default_factory=dict)  # results of look-ups, by function and arguments
    entries: Numbered = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # year -> the last number given out
    rows: dict[type[Base], list[Base]] = field(default_factory=dict)
    statements: list[tuple[Executable, dict[str, Any]]] = field(default_factory=list)
    _ids: dict[type[Base], Iterator[int]] = field(default_factory=dict)

    def add(self, row: Base) -> None:
        """Put off a new row, and set its id from a range that was reserved in the database."""
        model = type(row)
        if model not in self._ids:
            self._ids[model] = fresh_ids(self.session, model)
        row.id = next(self._ids[model])  # type: ignore[attr-defined]
        self.rows.setdefault(model, []).append(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Put off the new row `other`, and set its id as the foreign key of `row`."""
        self.add(other)
        setattr(row, f"{name}_id", other.id)  # type: ignore[attr-defined]

    def flush(self) -> None:
        """Do nothing, since rows have their ids as soon as they are added."""

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Put off the statement; the order of statements is kept."""
        self.statements.append((statement, values))

    def record(self, entry: Entry) -> list[int]:
        """Number and chain an entry and put off its rows; return no ids, since its events have none yet."""
        self.entries.append((entry, entry.rows()))
        return []

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number of references of this local year; only the first comes from the database."""
        if year in self.numbers:
            self.numbers[year] += 1
        else:
            self.numbers[year] = raise_counter(self.session, year)
        return self.numbers[year]

    def find(
        self, lookup: Callable[Concatenate[Session, Params], Found], *args: Params.args, **kwargs: Params.kwargs
    ) -> Found:
        """Return the result of `lookup(session, ...)`, which is called once for the same arguments."""
        key = (lookup, args, *kwargs.items())
        if key not in self.memory:
            self.memory[key] = lookup(self.session, *args, **kwargs)
        found: Found = self.memory[key]
        return found
