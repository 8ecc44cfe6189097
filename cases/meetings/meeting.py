"""Meetings of the forum and theme meetings: planning and listing them."""

from datetime import date

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId
from cases.refusals import AlreadyThere


class Meeting(Base):
    """One row of the table meeting: a meeting of the forum (April and October) or a theme meeting."""

    __tablename__ = "meeting"
    __table_args__ = (UniqueConstraint("held_on", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    held_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(200))
    where: Mapped[str | None] = mapped_column(String(200), default=None)


def next_meeting(session: Session, day: date) -> Meeting | None:
    """Return the first meeting on this local day or after it; None when none is planned."""
    return session.scalars(select(Meeting).where(Meeting.held_on >= day).order_by(Meeting.held_on)).first()


def latest_meetings(session: Session, most: int) -> list[Meeting]:
    """Return at most `most` meetings, the latest day first."""
    return list(session.scalars(select(Meeting).order_by(Meeting.held_on.desc()).limit(most)))


def plan_meeting(session: Session, held_on: date, name: str, where: str | None) -> None:
    """Add a meeting; `where` is the name of the place where it is held, None when that is not known.

    Raises `AlreadyThere` when there is a meeting of the same name on the same local day.
    """
    session.add(Meeting(held_on=held_on, name=name, where=where))
    try:
        session.flush()
    except IntegrityError:
        raise AlreadyThere(field="name", name=name) from None
