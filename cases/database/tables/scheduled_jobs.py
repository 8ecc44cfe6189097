"""The `schedule` table: when each scheduled job runs next, and which process holds its lease."""

from datetime import datetime

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, UtcDateTime
from cases.database.leases.leased import Leased

SWEEP = "sweep"


class Scheduled(Leased, Base):
    """One scheduled job. Any number of scheduler processes may run: the one that has the lease runs the job.

    `next_at` is when the job is due. `last_done_at` is when its last run that succeeded began, `last_error` the name of
    the exception that ended the last run, None if that run succeeded.
    """

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    last_error: Mapped[str | None] = mapped_column(Text, default=None)


LAST_SWEEP = select(Scheduled.last_done_at).where(Scheduled.name == SWEEP)


def last_sweep(session: Session) -> datetime | None:
    """Return the moment when the last sweep that succeeded began, by the database's clock; None before the first."""
    return session.scalar(LAST_SWEEP)
