"""The transactional outbox (table work): the events about which letters still have to be planned.

It is a table of its own, because rows of events are never updated. `workers.relay.relay` claims its rows.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, partial_index
from cases.database.leases.leased import CountedLease

LETTERS = "letters"


class OutboxEntry(CountedLease, Base):
    """Work that follows from an event and is done later, such as planning its letters: one row of the table work.

    `consumer` names the part of the system that does the work, which is open until it is done or set aside. Work that
    follows from events of the same case is done in the order of the ids of these rows.
    """

    __tablename__ = "work"
    __table_args__ = (
        UniqueConstraint("event_id", "consumer"),
        CheckConstraint("claims >= 0", name="claims"),
        partial_index("ix_work_open", "stream", "id", where="done_at IS NULL"),
        partial_index("ix_work_set_aside", "id", where="set_aside_at IS NOT NULL"),
        partial_index("ix_work_due", "id", where="done_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    consumer: Mapped[str] = mapped_column(String(20), default=LETTERS)
    stream: Mapped[int] = mapped_column(BigId)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)
