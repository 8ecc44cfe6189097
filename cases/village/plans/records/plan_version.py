"""Versions of plans: one is a draft until it is adopted, and changes no more after that."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, partial_index


class PlanVersion(Base):
    """One version of a plan: its words, and the year of its adoption.

    `follows_id` is the version that stood when this one was begun. `revision` counts how often the draft was saved;
    `changed_at` and `changed_by_id` say when and by whom it was saved last. Triggers of the database refuse every
    change to a version that has been adopted, and to adopt one that is not whole.
    """

    __tablename__ = "plan_version"
    __table_args__ = (
        ForeignKeyConstraint(["plan_id", "unit_id"], ["plan.id", "plan.unit_id"]),
        ForeignKeyConstraint(["follows_id", "plan_id"], ["plan_version.id", "plan_version.plan_id"]),
        UniqueConstraint("plan_id", "number"),
        UniqueConstraint("plan_id", "adopted_on"),
        UniqueConstraint("id", "unit_id"),
        UniqueConstraint("id", "plan_id"),
        UniqueConstraint("event_id"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
        CheckConstraint("(adopted_on IS NULL) = (event_id IS NULL)", name="adopted"),
        partial_index("uq_plan_version_draft", "plan_id", where="adopted_on IS NULL", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    plan_id: Mapped[int] = mapped_column(BigId)
    unit_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int] = mapped_column(Integer)
    year: Mapped[int] = mapped_column(Integer)
    vision: Mapped[str | None] = mapped_column(Text, default=None)
    situation: Mapped[str | None] = mapped_column(Text, default=None)
    strengths: Mapped[str | None] = mapped_column(Text, default=None)
    follows_id: Mapped[int | None] = mapped_column(BigId, default=None)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    adopted_on: Mapped[date | None] = mapped_column(default=None)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
