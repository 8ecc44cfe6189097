"""Focus areas: what a plan is about, the most important first."""

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId

LONGEST_NAME = 200  # characters


class FocusArea(Base):
    """One area of a version; `rank` 1 is the most important. `origin_id` is the same area of the version before."""

    __tablename__ = "focus_area"
    __table_args__ = (
        UniqueConstraint("version_id", "rank"),
        UniqueConstraint("id", "version_id"),
        CheckConstraint("rank >= 1", name="rank"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    rank: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    why: Mapped[str | None] = mapped_column(Text, default=None)
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("focus_area.id"), default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
