"""The database's clock as one SQL expression, which a simulation can replace."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from cases.database.base import UtcDateTime


class now(FunctionElement[datetime]):
    """SQL expression for the present moment by the database's clock, for use inside a statement.

    Code that needs the moment as a Python value calls `present`.
    """

    type = UtcDateTime()
    inherit_cache = True


NOW_SETTING = "ventil.now"  # the PostgreSQL setting by which a simulation replaces the clock of a connection


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: Any, **_: Any) -> str:
    return f"coalesce(nullif(current_setting('{NOW_SETTING}', true), '')::timestamptz, clock_timestamp())"


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: Any, **_: Any) -> str:
    return "ventil_now()"


PRESENT_MOMENT = select(now())


def present(session: Session) -> datetime:
    """Query the database for the present moment by its clock; return it in UTC."""
    return session.connection().execute(PRESENT_MOMENT).scalar_one()


def sqlite_now() -> str:
    """Return the present moment as SQLite stores it.

    SQL statements call this function by the name `ventil_now()`; a simulation replaces it.
    """
    return as_sqlite_text(datetime.now(UTC))


def as_sqlite_text(moment: datetime) -> str:
    """Return an aware moment as SQLite stores it: in UTC, as text that sorts in order of time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
