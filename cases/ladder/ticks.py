"""Ticks: one sweep of the clock, whose events are told together."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database import Base, BigId, UtcDateTime

MISSED_SWEEPS = 3  # intervals without one: the clock counts as silent


class Tick(Base):
    """One sweep that found something. Sealed when its last event is in; planned when its letters are rows."""

    __tablename__ = "tick"
    __table_args__ = (
        Index(
            "ix_tick_unplanned",
            "id",
            postgresql_where=text("planned_at IS NULL"),
            sqlite_where=text("planned_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # domain time
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the database's
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    lease_token: Mapped[str | None] = mapped_column(String(32), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    claims: Mapped[int] = mapped_column(default=0)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
