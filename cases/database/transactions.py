"""The database: one engine, and the only ways to open a transaction."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    Engine,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.database.engines import postgresql_engine, sqlite_engine
from cases.database.locks import FairLock, NoLock

ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """An engine and its transactions: `transaction()` writes, `recording()` writes one thing, `reading()` reads."""

    def __init__(self, url: str, calendar: Calendar, *, pool_size: int = 10) -> None:
        self.url = url
        self.calendar = calendar
        self.is_sqlite = url.startswith("sqlite")
        self.engine = sqlite_engine(url) if self.is_sqlite else postgresql_engine(url, pool_size)
        self.wrote = threading.Event()  # set after each commit: it only wakes the relay of this process sooner
        one_state = {} if self.is_sqlite else ONE_STATE  # SQLite's is so by itself
        self._reading = self.engine.execution_options(ventil_reads=True, **one_state)
        self._writers = FairLock() if self.is_sqlite else NoLock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that is committed when the block ends and rolled back when it raises."""
        with self._writers, self._session(self.engine) as session, session.begin():
            yield session
        self.wrote.set()

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Open a transaction for one plain statement that leaves nothing to be done: no session, and no relay wakes."""
        with self._writers, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that reads one consistent state: PostgreSQL refuses to write in it, SQLite rolls it back."""
        with self._session(self._reading) as session:
            yield session
            if not self.is_sqlite:
                session.expunge_all()
                session.commit()  # the driver forgets every prepared statement at a rollback

    def _session(self, engine: Engine) -> Session:
        return Session(engine, expire_on_commit=False, autoflush=False, info={"calendar": self.calendar})

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def calendar_of(session: Session) -> Calendar:
    """Give the calendar of the house whose session this is."""
    calendar: Calendar = session.info["calendar"]
    return calendar


def insert_of(session: Session) -> Any:
    """Give the INSERT of this session's database that knows ON CONFLICT."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def use_fresh_plans(session: Session) -> None:
    """Let PostgreSQL plan each question of this transaction for its tables as they are now.

    It keeps the plan of a question that comes often. A table that grows by thousands of rows a second outgrows one that
    was made when it was empty.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
