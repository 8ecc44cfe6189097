"""SQLAlchemy engines for PostgreSQL and SQLite: pragmas, timeouts, and a test of idle connections before use."""

import sqlite3
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from cases.database.base import write_json
from cases.database.clock import sqlite_now
from cases.database.private_files import make_private_file, make_private_folder
from cases.database.search.spelling import SQL_FUNCTIONS

PING_AFTER_IDLE = 2.0  # seconds
SQLITE_PATIENCE = "busy_timeout=15000"  # milliseconds
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=16000",  # pages, so 64 MB: the commits of a sweep seldom have to wait for a checkpoint
    "synchronous=FULL",
    "foreign_keys=ON",
    SQLITE_PATIENCE,
    "secure_delete=ON",  # what is erased is overwritten with zeros in the file, not only given free
)
WRITTEN_BESIDE = ("-wal", "-shm", "-journal")
SHORT_WAIT = 0.25  # seconds
COUNTING_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", f"busy_timeout={SHORT_WAIT * 1000:.0f}")


LIMITS = {
    "timezone": "UTC",
    "statement_timeout": "60000",
    "lock_timeout": "15000",
    "idle_in_transaction_session_timeout": "30000",  # so that a process that hangs cannot hold a lock for ever
}
COUNTING_LIMITS = {"timezone": "UTC", "synchronous_commit": "off", "statement_timeout": f"{SHORT_WAIT * 1000:.0f}"}


def counting_engine(url: str, *, pooled: bool = False) -> Engine:
    """Return a small engine for short transactions that give up soon, and that a crash of the machine may undo.

    Every wait, for a connection, a lock or an answer, ends after a quarter of a second; for a server that does not
    accept the connection after two seconds. `pooled` is as in `postgresql_engine`.
    """
    pool = {"pool_size": 2, "max_overflow": 2, "pool_timeout": SHORT_WAIT}
    if not url.startswith("sqlite"):
        connecting = {"connect_timeout": 2, **_session_settings(COUNTING_LIMITS, pooled=pooled)}
        engine = create_engine(url, connect_args=connecting, use_native_hstore=False, **pool)
        return _with_limits(engine, COUNTING_LIMITS, pooled=pooled)
    engine = create_engine(url, connect_args={"timeout": SHORT_WAIT, "check_same_thread": False}, **pool)
    event.listen(engine, "connect", partial(_prepare_sqlite, pragmas=COUNTING_PRAGMAS))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgresql_engine(url: str, pool_size: int, *, pooled: bool = False) -> Engine:
    """Return an engine with timeouts for connecting, statements, locks and idle transactions.

    `pooled` is whether a pooler stands between that gives each transaction another connection to the server (PgBouncer
    in transaction mode): then nothing is prepared at the server, and each transaction sets its own limits.
    """
    engine = create_engine(
        url,
        json_serializer=write_json,
        hide_parameters=True,  # errors are logged, and must not hold what people wrote
        use_native_hstore=False,  # the dialect would ask each new connection for a type that no column has
        pool_size=pool_size,
        max_overflow=10,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            **_session_settings(LIMITS, pooled=pooled),
        },
    )
    _with_limits(engine, LIMITS, pooled=pooled)
    event.listen(engine, "checkin", _note_checkin)
    event.listen(engine, "checkout", partial(_ping_if_stale, engine))
    return engine


def _session_settings(limits: Mapping[str, str], *, pooled: bool) -> dict[str, Any]:
    """Return what the driver is given when it connects: no prepared statements, or the limits of the whole session."""
    if pooled:
        return {"prepare_threshold": None}
    return {"options": " ".join(f"-c {name}={value}" for name, value in limits.items())}


def _with_limits(engine: Engine, limits: Mapping[str, str], *, pooled: bool) -> Engine:
    """Return the engine; behind a pooler each of its transactions begins by setting the limits for itself."""
    if pooled:
        setting = "SELECT " + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in limits.items())
        event.listen(engine, "begin", partial(_set_limits, setting=setting))
    return engine


def _set_limits(connection: Connection, *, setting: str) -> None:
    connection.exec_driver_sql(setting)


def _note_checkin(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _ping_if_stale(engine: Engine, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ping a connection that was idle for long, or has unread data; a busy one is not pinged at each checkout."""
    idle = time.monotonic() - record.info.get("idle_since", time.monotonic())
    try:
        if idle >= PING_AFTER_IDLE or _has_unread_data(connection):
            engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _has_unread_data(connection: Any) -> bool:
    """Return whether the server sent something to the idle connection: mostly that it closes it."""
    poller = poll()
    poller.register(connection.fileno(), POLLIN)
    return bool(poller.poll(0))


def sqlite_engine(url: str) -> Engine:
    """Return an engine for SQLite in WAL mode; the database file and its folder are created, for their owner only.

    A transaction takes the write lock when it begins, unless it is one that only reads.
    """
    path = Path(url.removeprefix("sqlite:///"))
    make_private_folder(path.parent)
    for file in (path, *(path.with_name(path.name + end) for end in WRITTEN_BESIDE)):
        if file == path or file.exists():
            make_private_file(file)  # SQLite gives the files beside it the rights of the first
    timeouts = {"timeout": 15, "check_same_thread": False}
    engine = create_engine(url, connect_args=timeouts, pool_size=20, json_serializer=write_json, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(
    connection: sqlite3.Connection, _record: object, *, pragmas: tuple[str, ...] = SQLITE_PRAGMAS
) -> None:
    connection.isolation_level = None  # the driver opens no transaction of its own: `_begin_sqlite` does
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("ventil_now", 0, sqlite_now)
    for name, function in SQL_FUNCTIONS.items():
        connection.create_function(name, 1, function, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("ventil_reads", False)
    begin = "BEGIN" if reads else "BEGIN IMMEDIATE"
    driver: Any = connection.connection.driver_connection  # through SQLAlchemy it costs as much as a small query
    try:
        driver.execute(begin)
    except sqlite3.Error as error:
        raise OperationalError(begin, None, error) from error
