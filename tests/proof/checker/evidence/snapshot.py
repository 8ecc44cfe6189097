"""One consistent state of the database, read with an engine of the checker's own: nothing can be written through it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, create_engine, event, text
from sqlalchemy.pool import NullPool

AT_A_TIME = 2000
Row = RowMapping


@dataclass(frozen=True)
class Snapshot:
    """The database as it stood when the check began."""

    connection: Connection

    @property
    def is_sqlite(self) -> bool:
        """Say which of the two databases it is."""
        return self.connection.dialect.name == "sqlite"

    def rows(self, sql: str, **named: Any) -> Iterator[Row]:
        """Give the rows of this query one after the other; many of them take no more memory than few."""
        streamed = text(sql).execution_options(stream_results=True, yield_per=AT_A_TIME)
        with self.connection.execute(streamed, named) as result:
            for some in result.partitions():
                yield from (row._mapping for row in some)

    def pairs(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of this query as tuples."""
        return (tuple(row.values()) for row in self.rows(sql))

    def bound(self, moment: datetime) -> Any:
        """Give the moment as this database compares it."""
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if self.is_sqlite else moment


@contextmanager
def snapshot_of(database_url: str) -> Iterator[Snapshot]:
    """Open the database, read-only, and see one state of it until the block ends."""
    engine = create_engine(_with_driver(database_url), poolclass=NullPool, **_one_state(database_url))
    if database_url.startswith("sqlite"):
        event.listen(engine, "connect", _only_read)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        if not database_url.startswith("sqlite"):
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        yield Snapshot(connection)
    engine.dispose()


def _with_driver(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def _one_state(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15, "isolation_level": None}}
    return {"isolation_level": "REPEATABLE READ", "connect_args": {"options": "-c timezone=UTC"}}


def _only_read(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def as_moment(value: Any) -> datetime | None:
    """Give the moment that may be missing, however the database or JSON has it."""
    return None if value is None else moment_of(value)


def moment_of(value: Any) -> datetime:
    """Give the moment, aware and in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def as_json(value: Any) -> Any:
    """Give what a JSON column holds."""
    return json.loads(value) if isinstance(value, str) else value
