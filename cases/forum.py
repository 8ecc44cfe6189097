"""The forum: its meetings, and an agenda that is made of what is overdue or waits for it."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database import Base, BigId, UtcDateTime


class Meeting(Base):
    """A meeting of the forum (April and October) or a theme meeting."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("held_on", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    held_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    where: Mapped[str | None] = mapped_column(String(200), default=None)


class AgendaItem(Base):
    """A case on an agenda. With no meeting it belongs to the next one; a case has one open item at most."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("why IN ('overdue', 'waits', 'chosen')", name="why"),
        Index(
            "uq_agenda_item_open",
            "case_id",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), default=None)
    why: Mapped[str] = mapped_column(String(10), default="overdue")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def next_meeting(session: Session, day: date) -> Meeting | None:
    """Give the first meeting on this local day or after it; None when none is planned yet."""
    return session.scalars(select(Meeting).where(Meeting.held_on >= day).order_by(Meeting.held_on)).first()
