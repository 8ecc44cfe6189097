"""What a version leaves out of the one before it, and why: nothing vanishes between two versions."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of


class Fate(StrEnum):
    """What becomes of an item that is not carried on: let go, joined with another, or moved to somebody else."""

    DROPPED = "dropped"
    JOINED = "joined"
    MOVED = "moved"


class PlanDrop(Base):
    """One item of an earlier version that the version `version_id` does not carry on, with the reason."""

    __tablename__ = "plan_drop"
    __table_args__ = (
        ForeignKeyConstraint(["version_id", "unit_id"], ["plan_version.id", "plan_version.unit_id"]),
        ForeignKeyConstraint(["item_id", "unit_id"], ["plan_item.id", "plan_item.unit_id"]),
        CheckConstraint("fate IN ('dropped', 'joined', 'moved')", name="fate"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )

    version_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    item_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigId)
    fate: Mapped[Fate] = mapped_column(one_of(Fate))
    reason: Mapped[str] = mapped_column(Text)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
