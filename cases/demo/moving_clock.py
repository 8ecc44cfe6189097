"""A database whose present time the story sets, so that each invented event is recorded at its invented moment."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection

from cases.database.clock import NOW_SETTING, as_sqlite_text
from cases.database.transactions import Database
from cases.settings import Settings


@dataclass
class MovingClock:
    """The time of the demonstration's database (UTC), which the story moves forward."""

    now: datetime


def database_at(settings: Settings, clock: MovingClock) -> Database:
    """Return the database that the settings name; until it is closed, it takes `clock.now` for the present time."""
    database = Database.of(settings)

    def prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
        connection.create_function("ventil_now", 0, lambda: as_sqlite_text(clock.now))
        connection.execute("PRAGMA synchronous=OFF")  # after a crash the demonstration is simply filled again

    def set_postgresql_now(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT set_config(%s, %s, true)", (NOW_SETTING, clock.now.isoformat()))

    if database.is_sqlite:
        event.listen(database.engine, "connect", prepare_sqlite)
    else:
        event.listen(database.engine, "begin", set_postgresql_now)
    return database
