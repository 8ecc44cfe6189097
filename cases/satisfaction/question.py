"""The table of questions how it went: one at most of each case, with its answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.case import Case
from cases.database.base import Base, UtcDateTime

REPORTER, GROUP = "reporter", "group"  # who is asked
LOWEST, LOW, HIGHEST = 1, 2, 5  # grades; up to `LOW`, somebody should hear why


class Satisfaction(Base):
    """The question how it went with one case. `whose` says who was asked: who had asked, or else the group.

    `asked_at` and `answered_at` are moments of domain time. The key keeps anybody from asking twice.
    """

    __tablename__ = "satisfaction"
    __table_args__ = (
        CheckConstraint("whose IN ('reporter', 'group')", name="whose"),
        CheckConstraint("grade IS NULL OR grade BETWEEN 1 AND 5", name="grade"),
        CheckConstraint("(grade IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    whose: Mapped[str] = mapped_column(String(10))
    grade: Mapped[int | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def waits_for_answer(session: Session, case: Case) -> bool:
    """Return whether it was asked how it went with the case, and nobody has answered."""
    unanswered = select(Satisfaction.case_id).where(Satisfaction.case_id == case.id, Satisfaction.grade.is_(None))
    return session.scalar(unanswered) is not None
