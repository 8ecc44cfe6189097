"""Event batches: all events of one sweep form one batch (table tick), and their letters are planned together."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, partial_index
from cases.database.leases.leased import CountedLease

MISSED_SWEEPS = 3  # sweep intervals without a sweep, after which the clock counts as silent


class EventBatch(CountedLease, Base):
    """A sweep that found something due: one row of the table tick.

    `sealed_at` is set when the sweep has written its last event, `planned_at` when the letters about its events stand
    in the table delivery.
    """

    __tablename__ = "tick"
    __table_args__ = (partial_index("ix_tick_unplanned", "id", where="planned_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # the moment for which the sweep asked
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # by the database's clock
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
