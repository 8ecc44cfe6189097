"""Ticks: one sweep of the clock, whose events are told together."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, partial_index
from cases.database.leases.leased import CountedLease

MISSED_SWEEPS = 3  # intervals without one: the clock counts as silent


class EventBatch(CountedLease, Base):
    """One sweep that found something. Sealed when its last event is in; planned when its letters are rows."""

    __tablename__ = "tick"
    __table_args__ = (partial_index("ix_tick_unplanned", "id", where="planned_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # domain time
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # the database's
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
