"""Event batches: all events of one sweep form one batch (table tick); the letters about them are planned together.

So do the many events of one act of a person, such as adopting a plan: `batch`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.actors import Actor
from cases.database.base import Base, BigId, UtcDateTime, partial_index
from cases.database.clock import present
from cases.database.leases.leased import CountedLease

MISSED_SWEEPS = 3  # sweep intervals without a sweep, after which the clock counts as silent


class EventBatch(CountedLease, Base):
    """The batch of the events that one sweep, or one large act of a person, wrote: one row of the table tick.

    A sweep that finds nothing due has none. It fired what was due by `at`, and began at `started_at`. `sealed_at` is
    set when its last event is written, `planned_at` when the letters about the events are rows of the table delivery,
    `set_aside_at` when their planning was given up and waits for a person.
    """

    __tablename__ = "tick"
    __table_args__ = (partial_index("ix_tick_unplanned", "id", where="planned_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # the moment for which the sweep asked
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)  # by the database's clock
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    planned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


@contextmanager
def batch(session: Session, by: Actor, at: datetime) -> Iterator[Actor]:
    """Yield the actor in whose name the many events of one act are written, so that each reader gets one letter of all.

    To be used within one transaction: the batch is sealed at the end of the block. `at` is the moment of the act (UTC).
    """
    began = present(session)
    row = EventBatch(at=at, started_at=began, sealed_at=began)
    session.add(row)
    session.flush()
    yield replace(by, batch_id=row.id)
