"""How values are written where the driver is given a statement as text: what the column's type would make of each.

Equal moments are made into text only once.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Date, Dialect, Enum
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine

from cases.database.base import UtcDateTime, write_json
from cases.database.clock import as_sqlite_text

Write = Callable[[Any], Any]
Slot = tuple[str, Write | None]  # the name of a parameter, and what makes of its value what the driver takes


def compile_with_parameters(statement: ClauseElement, dialect: Dialect) -> tuple[str, tuple[Slot, ...]]:
    """Give the text of a statement, with its parameters: on SQLite in their order, on PostgreSQL by their names."""
    compiled: Any = statement.compile(dialect=dialect)
    names = compiled.positiontup if compiled.positional else compiled.binds
    return str(compiled), tuple((name, encoder_for(compiled.binds[name].type, dialect)) for name in names)


def encoder_for(kind: TypeEngine[Any], dialect: Dialect) -> Write | None:
    """Give what makes of a value what the driver takes; None when it takes the value as it is."""
    return next((write for known, write in WRITTEN[dialect.name].items() if isinstance(kind, known)), None)


@lru_cache(maxsize=1024)
def iso(value: date | None) -> str | None:
    """Give a day or a moment as ISO 8601 writes it."""
    return None if value is None else value.isoformat()


@lru_cache(maxsize=1024)
def _sorted_by_text(value: datetime | None) -> str | None:
    return None if value is None else as_sqlite_text(value)


def _word(value: str | None) -> str | None:
    return None if value is None else str(value)


EVERYWHERE: dict[type, Write] = {JSON: write_json, Enum: _word, Date: iso}
WRITTEN: dict[str, dict[type, Write]] = {
    "postgresql": {**EVERYWHERE, UtcDateTime: iso},
    "sqlite": {**EVERYWHERE, UtcDateTime: _sorted_by_text},
}
