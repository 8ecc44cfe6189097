"""Compiling a statement to SQL text and encoders for its parameters, so that it can run without SQLAlchemy.

An encoder does what the bind processor of the column's type would do; equal moments are encoded only once.
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

Encoder = Callable[[Any], Any]
Parameter = tuple[str, Encoder | None]  # its name, and its encoder; None: the driver takes the value as it is


def compile_with_parameters(statement: ClauseElement, dialect: Dialect) -> tuple[str, tuple[Parameter, ...]]:
    """Return the SQL text of a statement, and the name and the encoder of each of its parameters.

    On SQLite the parameters are in the order of their positions, on PostgreSQL they are passed by name.
    """
    compiled: Any = statement.compile(dialect=dialect)
    names = compiled.positiontup if compiled.positional else compiled.binds
    return str(compiled), tuple((name, encoder_for(compiled.binds[name].type, dialect)) for name in names)


def encoder_for(kind: TypeEngine[Any], dialect: Dialect) -> Encoder | None:
    """Return the function that encodes values of this column type for the driver; None when none is needed."""
    return next((encode for known, encode in ENCODERS[dialect.name].items() if isinstance(kind, known)), None)


@lru_cache(maxsize=1024)
def iso(value: date | None) -> str | None:
    """Return a day or a moment as ISO 8601 text; None for None."""
    return None if value is None else value.isoformat()


@lru_cache(maxsize=1024)
def _sqlite_moment(value: datetime | None) -> str | None:
    return None if value is None else as_sqlite_text(value)


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)


COMMON: dict[type, Encoder] = {JSON: write_json, Enum: _text, Date: iso}
ENCODERS: dict[str, dict[type, Encoder]] = {
    "postgresql": {**COMMON, UtcDateTime: iso},
    "sqlite": {**COMMON, UtcDateTime: _sqlite_moment},
}
