"""The engine of each database: pragmas, timeouts, and connections that are tried before use."""

import sqlite3
import time
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

PING_AFTER_IDLE = 2.0  # seconds
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=16000",  # pages, so 64 MB: a sweep's commit does not carry its pages home one by one
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
)


def postgresql_engine(url: str, pool_size: int) -> Engine:
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
        if rests >= PING_AFTER_IDLE or _has_something_to_read(connection):
            engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _has_something_to_read(connection: Any) -> bool:
    """Say whether the server has spoken unasked; what it says to a connection at rest is mostly good-bye."""
    look = poll()
    look.register(connection.fileno(), POLLIN)
    return bool(look.poll(0))


def sqlite_engine(url: str) -> Engine:
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


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("ventil_reads", False)
    begin = "BEGIN" if reads else "BEGIN IMMEDIATE"
    driver: Any = connection.connection.driver_connection  # by way of SQLAlchemy it costs as much as a small question
    try:
        driver.execute(begin)
    except sqlite3.Error as error:
        raise OperationalError(begin, None, error) from error
