"""The rows of a register as values by column: what its tables, its GeoJSON and the API hold of each case."""

from collections.abc import Iterator
from datetime import date

from cases.village.registers.listing import RegisterRow

COLUMNS = (
    "ref", "kind", "title", "place", "where", "sort", "decides", "decides_name", "keeper", "keeper_name",
    "forwarded_on", "answered_on", "answer", "state", "responsible", "received_on", "due_on", "late", "done_on",
    "ended_on", "days",
)  # fmt: skip
Cell = str | int | bool | date | None


def row_values(row: RegisterRow) -> dict[str, Cell]:
    """Return the values of one row by the names of `COLUMNS`, all of which everybody may read. Days are local."""
    return {name: row.is_late if name == "late" else _value(row, name) for name in COLUMNS}


def as_table(rows: Iterator[RegisterRow]) -> Iterator[tuple[Cell, ...]]:
    """Yield the heading and the rows of a table for a spreadsheet; what is late is said by "yes" or "no"."""
    yield COLUMNS
    for row in rows:
        values = row_values(row) | {"late": "yes" if row.is_late else "no"}
        yield tuple(values[name] for name in COLUMNS)


def _value(row: RegisterRow, name: str) -> Cell:
    found: Cell = getattr(row.entry, name) if hasattr(row.entry, name) else getattr(row.case, name)
    return found
