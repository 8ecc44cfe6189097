"""How often something was asked for: one row for each rate limit and whom it limits, shared by all processes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Index, String, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, UtcDateTime


class RequestCount(Base):
    """How many requests a rate limit has counted for one `key`, a keyed hash, in its window, which ends at `ends_at`.

    A window begins with the first request after the one before it has ended.
    """

    __tablename__ = "request_count"
    __table_args__ = (Index("ix_request_count_ends_at", "ends_at"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


def count_requests(
    connection: Connection, windows: Mapping[str, timedelta], *, at: datetime
) -> dict[str, tuple[int, datetime]]:
    """Count one request at the moment `at` under each key of `windows`, whose values are how long a window lasts.

    Return by key how many were counted in its window, this one included, and when the window ends. It is one statement,
    whose rows are locked in order of their keys, so that two that count the same keys never wait for each other.
    """
    rows = [{"key": key, "count": 1, "ends_at": at + windows[key]} for key in sorted(windows)]
    insert_into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    insert = insert_into(RequestCount).values(rows)
    is_over = RequestCount.ends_at <= at
    counted = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((is_over, 1), else_=RequestCount.count + 1),
            "ends_at": case((is_over, insert.excluded.ends_at), else_=RequestCount.ends_at),
        },
    ).returning(RequestCount.key, RequestCount.count, RequestCount.ends_at)
    return {key: (count, ends_at) for key, count, ends_at in connection.execute(counted)}
