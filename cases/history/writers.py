"""Writers: they write the rows and events of a change at once, or collect those of many changes to write together.

The caller passes the writer to each function that changes a case, nearly always an `EntryWriter`. Callers that make
many changes in one transaction (an import replays thousands of cases; on some days hundreds of cases close) use a
`DeferredWriter`, see `cases.history.bulk_entries`.
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
    """Adds rows to a session and writes the events of each `Entry` as soon as it is recorded.

    A `DeferredWriter` has the same methods, but collects the rows and events of many changes.
    """

    session: Session

    def add(self, row: Base) -> None:
        """Add a new row to its table. The row gets its id by the next `flush` or `record`, if not sooner."""
        self.session.add(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Add the new row `other`, and make the relationship `name` of `row` point to it."""
        setattr(row, name, other)  # written with the row

    def flush(self) -> None:
        """Flush the session, so that the rows that were added have their ids."""
        self.session.flush()

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Execute an SQL statement with these values for its bound parameters, by name; its result is not read.

        The statement may refer to rows that were added before.
        """
        self.session.connection().execute(statement, values)

    def record(self, entry: Entry) -> list[int]:
        """Write the events of the entry; return their ids, in order."""
        return entry.write(self.session)

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number for references of this year (local time).

        `raise_counter(session, year)` is called for it: it adds one to the year's counter in the database, and returns
        the new count.
        """
        return raise_counter(self.session, year)

    def find(
        self, lookup: Callable[Concatenate[Session, Params], Found], *args: Params.args, **kwargs: Params.kwargs
    ) -> Found:
        """Return the result of `lookup`, called with the session and these arguments.

        Use it for look-ups that are the same for many cases: a `DeferredWriter` remembers their results.
        """
        return lookup(self.session, *args, **kwargs)


@dataclass
class DeferredWriter(EntryWriter):
    """Collects rows, statements and events, which `written_in_bulk` writes together; caches look-ups.

    A new row gets its id at once, but no query finds the row before it is written. Events are numbered and chained by
    hash at once, but get their ids only when they are written.
    """

    memory: dict[Hashable, Any] = field(default_factory=dict)  # results of look-ups, by function and arguments
    entries: Numbered = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # year -> the last number given out
    rows: dict[type[Base], list[Base]] = field(default_factory=dict)
    statements: list[tuple[Executable, dict[str, Any]]] = field(default_factory=list)
    _ids: dict[type[Base], Iterator[int]] = field(default_factory=dict)

    def add(self, row: Base) -> None:
        """Collect a new row, and set its id from a range of ids that was reserved in the database."""
        model = type(row)
        if model not in self._ids:
            self._ids[model] = fresh_ids(self.session, model)
        row.id = next(self._ids[model])  # type: ignore[attr-defined]
        self.rows.setdefault(model, []).append(row)

    def add_related(self, row: Base, name: str, other: Base) -> None:
        """Collect the new row `other`, and set its id as the foreign key `<name>_id` of `row`."""
        self.add(other)
        setattr(row, f"{name}_id", other.id)  # type: ignore[attr-defined]

    def flush(self) -> None:
        """Do nothing, since rows have their ids as soon as they are added."""

    def execute(self, statement: Executable, values: dict[str, Any]) -> None:
        """Collect an SQL statement with its values.

        `written_in_bulk` executes the collected statements at its end, in the order of these calls.
        """
        self.statements.append((statement, values))

    def record(self, entry: Entry) -> list[int]:
        """Number the events of the entry, chain them by hash, and collect them; return [], as they have no ids yet."""
        self.entries.append((entry, entry.rows()))
        return []

    def next_number(self, year: int, raise_counter: Callable[[Session, int], int]) -> int:
        """Return the next number for references of this year (local time).

        Only the first call for a year calls `raise_counter(session, year)`, which adds one to the year's counter in the
        database and returns the new count. For later calls this writer counts on by itself.
        """
        if year in self.numbers:
            self.numbers[year] += 1
        else:
            self.numbers[year] = raise_counter(self.session, year)
        return self.numbers[year]

    def find(
        self, lookup: Callable[Concatenate[Session, Params], Found], *args: Params.args, **kwargs: Params.kwargs
    ) -> Found:
        """Return the result of `lookup`, called with the session and these arguments.

        The result is remembered: the same look-up with the same arguments is not made again.
        """
        key = (lookup, args, *kwargs.items())
        if key not in self.memory:
            self.memory[key] = lookup(self.session, *args, **kwargs)
        found: Found = self.memory[key]
        return found
