"""A moving clock: a database whose present is what we say, so that a history is recorded when it happened."""

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
    """The present moment, UTC. Whoever tells the story moves it."""

    now: datetime


def database_at(settings: Settings, clock: MovingClock) -> Database:
    """Give the house's database with the clock as its present. Close it before the true present counts again."""
    database = Database(settings.database_url, settings.calendar)

    def prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
        connection.create_function("ventil_now", 0, lambda: as_sqlite_text(clock.now))
        connection.execute("PRAGMA synchronous=OFF")  # a story can be told again

    def tell_postgresql(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT set_config(%s, %s, true)", (NOW_SETTING, clock.now.isoformat()))

    if database.is_sqlite:
        event.listen(database.engine, "connect", prepare_sqlite)
    else:
        event.listen(database.engine, "begin", tell_postgresql)
    return database
