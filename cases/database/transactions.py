"""The database: one engine, and the only ways to open a transaction."""

import json
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from select import POLLIN, poll
from typing import Any, cast, dataclass_transform

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, Session, mapped_column, relationship
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from cases.calendar import Calendar

RESTS_AT_MOST = 2.0  # seconds
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=16000",  # pages, so 64 MB: a sweep's commit does not carry its pages home one by one
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
)
ONE_STATE = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
PRESENT = "ventil.now"  # a simulation may set it per connection: see `now`


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware, stored in UTC. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment must be aware: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(str):
    """JSON that is written out already: it goes into a column of JSON as it stands."""


def write_json(value: object) -> str:
    """Give the text of a column of JSON."""
    return value if isinstance(value, JsonText) else json.dumps(value, ensure_ascii=False)


BigId = BigInteger().with_variant(Integer(), "sqlite")


def one_of(words: type[StrEnum]) -> Enum:
    """Give the column type for one of these words, stored as the word itself."""
    return Enum(words, native_enum=False, length=30, values_callable=lambda kinds: [kind.value for kind in kinds])


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of only those rows for which `where` holds, on both databases.

    The condition is SQL, word for word that of the queries: only then does a database look there. SQLite is asked
    `IS 1` where PostgreSQL is asked `IS true`.
    """
    on_sqlite = where.replace(" IS true", " IS 1")
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(on_sqlite))


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column, relationship))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The tables of the house."""

    metadata = MetaData(naming_convention=NAMES)

    def newcomers(self) -> dict[str, "Base"]:
        """Give what is new with a row, by the column that gets its id: usually nothing."""
        return {}


class now(FunctionElement[datetime]):
    """The database's clock, as one SQL expression: for leases, next attempts and when a thing was recorded."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: Any, **_: Any) -> str:
    return f"coalesce(nullif(current_setting('{PRESENT}', true), '')::timestamptz, clock_timestamp())"


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: Any, **_: Any) -> str:
    return "ventil_now()"


PRESENT_MOMENT = select(now())


def present(session: Session) -> datetime:
    """Give the database's present moment, UTC."""
    return session.connection().execute(PRESENT_MOMENT).scalar_one()


def table_of(model: type[Base]) -> Table:
    """Give the model's table, for statements that write many rows without making objects of them."""
    return cast("Table", model.__table__)


class FairLock:
    """A lock that is given in the order it was asked for, so that no writer starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False


class NoLock:
    """PostgreSQL needs none in the process."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class Database:
    """An engine and its transactions: `transaction()` writes, `recording()` writes one thing, `reading()` reads."""

    def __init__(self, url: str, calendar: Calendar, *, pool_size: int = 10) -> None:
        self.url = url
        self.calendar = calendar
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url, pool_size)
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


def plan_anew(session: Session) -> None:
    """Let PostgreSQL plan each question of this transaction for its tables as they are now.

    It keeps the plan of a question that comes often. A table that grows by thousands of rows a second outgrows one that
    was made when it was empty.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")


def _postgresql_engine(url: str, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        json_serializer=write_json,
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "options": "-c timezone=UTC -c statement_timeout=60000 -c lock_timeout=15000"
            " -c idle_in_transaction_session_timeout=30000",  # a stopped process holds no lock for ever
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        },
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", partial(_ping_when_in_doubt, engine))
    return engine


def _note_rest(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()


def _ping_when_in_doubt(engine: Engine, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Try a connection that has rested, or whose server has said something since: a busy one is not asked each time."""
    rests = time.monotonic() - record.info.get("rests_since", time.monotonic())
    try:
        if rests >= RESTS_AT_MOST or _has_something_to_read(connection):
            engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _has_something_to_read(connection: Any) -> bool:
    """Say whether the server has spoken unasked; what it says to a connection at rest is mostly good-bye."""
    look = poll()
    look.register(connection.fileno(), POLLIN)
    return bool(look.poll(0))


def _sqlite_engine(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    timeouts = {"timeout": 15, "check_same_thread": False}
    engine = create_engine(url, connect_args=timeouts, pool_size=20, json_serializer=write_json)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own: `_begin_sqlite` does
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("ventil_now", 0, sqlite_now)


def sqlite_now() -> str:
    """Give the present moment as SQLite stores one. A simulation registers its own under the same name."""
    return as_sqlite_keeps(datetime.now(UTC))


def as_sqlite_keeps(moment: datetime) -> str:
    """Give an aware moment as SQLite keeps one: in UTC, in text that sorts as moments do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("ventil_reads", False)
    begin = "BEGIN" if reads else "BEGIN IMMEDIATE"
    driver: Any = connection.connection.driver_connection  # by way of SQLAlchemy it costs as much as a small question
    try:
        driver.execute(begin)
    except sqlite3.Error as error:
        raise OperationalError(begin, None, error) from error
