"""The database's clock, as one SQL expression that a simulation can replace."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from cases.database.base import UtcDateTime


class now(FunctionElement[datetime]):
    """The database's clock, as one SQL expression: for leases, next attempts and when a thing was recorded."""

    type = UtcDateTime()
    inherit_cache = True


NOW_SETTING = "ventil.now"  # a simulation may set it per connection: see `now`


@compiles(now, "postgresql")
def _now_postgresql(element: now, compiler: Any, **_: Any) -> str:
    return f"coalesce(nullif(current_setting('{NOW_SETTING}', true), '')::timestamptz, clock_timestamp())"


@compiles(now, "sqlite")
def _now_sqlite(element: now, compiler: Any, **_: Any) -> str:
    return "ventil_now()"


PRESENT_MOMENT = select(now())


def present(session: Session) -> datetime:
    """Give the database's present moment, UTC."""
    return session.connection().execute(PRESENT_MOMENT).scalar_one()


def sqlite_now() -> str:
    """Give the present moment as SQLite stores one. A simulation registers its own under the same name."""
    return as_sqlite_text(datetime.now(UTC))


def as_sqlite_text(moment: datetime) -> str:
    """Give an aware moment as SQLite keeps one: in UTC, in text that sorts as moments do."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
