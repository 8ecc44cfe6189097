"""`Database`: one engine, and the only ways to open a transaction."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import time
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.database.engines import SHORT_WAIT, SQLITE_PATIENCE, counting_engine, postgresql_engine, sqlite_engine
from cases.database.locks import FairLock, NoLock
from cases.settings import Settings

EMPTYING_LOG = ("busy_timeout=1000", "wal_checkpoint(TRUNCATE)", SQLITE_PATIENCE)
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """One database: its engine, and the ways to open a transaction.

    `transaction` reads and writes by an ORM session, `reading` only reads. `recording` is for a single SQL statement
    that writes, without a session, where speed counts: a worker records with it that a letter was sent. `counting` is
    for the counts of rate limits.
    """

    def __init__(
        self, url: str, calendar: Calendar, *, pool_size: int = 10, pooled: bool = False, morning_hour: int = 7
    ) -> None:
        """Open nothing yet. `pooled` is whether a pooler in transaction mode stands before the PostgreSQL of `url`.

        `morning_hour` is the local hour of letters that come in the morning.
        """
        self.url, self.is_pooled = url, pooled
        self.calendar, self.morning_hour = calendar, morning_hour
        self.is_sqlite = url.startswith("sqlite")
        self.engine = sqlite_engine(url) if self.is_sqlite else postgresql_engine(url, pool_size, pooled=pooled)
        self.committed = threading.Event()  # set after each commit: wakes the relay in this process sooner, no more
        snapshot = {} if self.is_sqlite else SNAPSHOT  # a transaction of SQLite is a snapshot anyway
        self._reading = self.engine.execution_options(ventil_reads=True, **snapshot)
        self._writers = FairLock() if self.is_sqlite else NoLock()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that is committed when the block ends, and rolled back when the block raises."""
        with self._writers, self._session(self.engine) as session, session.begin():
            yield session
        self.committed.set()

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Open a connection on which one SQL statement is executed; commit when the block ends, roll back if it raises.

        Use `transaction` for a statement that adds to the outbox (the table of events that the relay worker has yet to
        plan letters for): only that one wakes the relay after the commit.
        """
        with self._writers, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def counting(self) -> Iterator[Connection]:
        """Open a short transaction of its own, which gives up soon and is not flushed to the disk: for rate limits.

        Raises `TimeoutError` or an error of SQLAlchemy when the database is slow or away.
        """
        with self._writers.within(SHORT_WAIT), self._counts.begin() as connection:
            yield connection

    @classmethod
    def of(cls, settings: Settings, *, pool_size: int = 10) -> "Database":
        """Return the database of these settings; nothing is opened yet."""
        return cls(
            settings.database_url,
            settings.calendar,
            pool_size=pool_size,
            pooled=settings.pooled,
            morning_hour=settings.morning_hour,
        )

    @cached_property
    def _counts(self) -> Engine:
        return counting_engine(self.url, pooled=self.is_pooled)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads, and sees the database as it is at one moment.

        PostgreSQL refuses writes in it, SQLite rolls them back.
        """
        with self._session(self._reading) as session:
            yield session
            if not self.is_sqlite:
                session.expunge_all()
                session.commit()  # not a rollback, at which the driver drops its prepared statements

    def _session(self, engine: Engine) -> Session:
        info = {"calendar": self.calendar, "morning_hour": self.morning_hour}
        return Session(engine, expire_on_commit=False, autoflush=False, info=info)

    def empty_log(self) -> None:
        """Write SQLite's write-ahead log into the database file and empty it; the log holds what was erased until then.

        Does nothing on PostgreSQL, nor when others read for more than a second: the next time does it.
        """
        if self.is_sqlite:
            with self._writers, closing(self.engine.raw_connection()) as connection:
                for pragma in EMPTYING_LOG:
                    connection.cursor().execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if "_counts" in vars(self):
            self._counts.dispose()


def calendar_of(session: Session) -> Calendar:
    """Return the `Calendar` (time zone and closed days) that was given to the `Database` of this session."""
    calendar: Calendar = session.info["calendar"]
    return calendar


def morning_of_letters(session: Session) -> time:
    """Return the local time of letters that come in the morning, as it was given to the `Database` of this session."""
    return time(session.info["morning_hour"])


def insert_of(session: Session) -> Any:
    """Return SQLAlchemy's `insert` function for the database of the session, one that supports ON CONFLICT."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def use_fresh_plans(session: Session) -> None:
    """Have PostgreSQL plan each statement of this transaction anew instead of reusing generic plans.

    A plan that was made for an empty table is bad once an import has filled it at thousands of rows a second.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
