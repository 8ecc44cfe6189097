"""A read-only snapshot of the database: one transaction on an engine of the checker's own."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, create_engine, event, text
from sqlalchemy.pool import NullPool

ROWS_PER_FETCH = 2000
Row = RowMapping


@dataclass(frozen=True)
class Snapshot:
    """The database as it was when the check began."""

    connection: Connection

    @property
    def is_sqlite(self) -> bool:
        """Return whether this is SQLite; else it is PostgreSQL."""
        return self.connection.dialect.name == "sqlite"

    def rows(self, sql: str, **named: Any) -> Iterator[Row]:
        """Yield the rows of a query, streamed: memory does not grow with their number."""
        streamed = text(sql).execution_options(stream_results=True, yield_per=ROWS_PER_FETCH)
        with self.connection.execute(streamed, named) as result:
            for batch in result.partitions():
                yield from (row._mapping for row in batch)

    def tuples(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as tuples, without column names."""
        return (tuple(row.values()) for row in self.rows(sql))

    def as_parameter(self, moment: datetime) -> Any:
        """Return the moment as a query parameter: text for SQLite, which stores moments so, else unchanged."""
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else moment


@contextmanager
def snapshot_of(database_url: str) -> Iterator[Snapshot]:
    """Open the database read-only; until the block ends all queries see the same state of it."""
    engine = create_engine(_with_driver(database_url), poolclass=NullPool, **_engine_options(database_url))
    if database_url.startswith("sqlite"):
        event.listen(engine, "connect", _forbid_writes)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        if not database_url.startswith("sqlite"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield Snapshot(connection)
    engine.dispose()


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "isolation_level": None}}
    return {"isolation_level": "REPEATABLE READ", "connect_args": {"options": "-c timezone=UTC"}}


def _forbid_writes(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def as_moment(value: Any) -> datetime | None:
    """Return a moment read from a column or from JSON, aware and in UTC; None when there is none."""
    return None if value is None else moment_of(value)


def moment_of(value: Any) -> datetime:
    """Return a moment read from a column or from JSON, aware and in UTC. Without an offset it is taken for UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def as_json(value: Any) -> Any:
    """Return the value of a JSON column, which SQLite returns as text."""
    return json.loads(value) if isinstance(value, str) else value
