"""Items of plans: what is to be done, by whom and by when. Each item of an adopted version has a case."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of


class PlanItemKind(StrEnum):
    """Who does the work: the group itself, the group together with others, or others whom the group asks."""

    OWN = "own"
    JOINT = "joint"
    ASKED = "asked"


class PlanItem(Base):
    """One item of a version. `origin_id` is the item of an earlier version that it carries on, with the same case.

    Responsible unit, year, category and case may be missing in a draft only. Money is in öre.
    """

    __tablename__ = "plan_item"
    __table_args__ = (
        ForeignKeyConstraint(["version_id", "unit_id"], ["plan_version.id", "plan_version.unit_id"]),
        ForeignKeyConstraint(["focus_id", "version_id"], ["focus_area.id", "focus_area.version_id"]),
        ForeignKeyConstraint(["origin_id", "unit_id"], ["plan_item.id", "plan_item.unit_id"]),
        UniqueConstraint("version_id", "number"),
        UniqueConstraint("version_id", "origin_id"),
        UniqueConstraint("version_id", "case_id"),
        UniqueConstraint("id", "unit_id"),
        Index("ix_plan_item_case", "case_id"),
        CheckConstraint("kind IN ('own', 'joint', 'asked')", name="kind"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(title) BETWEEN 1 AND 200", name="title"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
        CheckConstraint("quarter BETWEEN 1 AND 4", name="quarter"),
        CheckConstraint("cost_ore >= 0", name="cost"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    version_id: Mapped[int] = mapped_column(BigId)
    unit_id: Mapped[int] = mapped_column(BigId)
    focus_id: Mapped[int] = mapped_column(BigId)
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[PlanItemKind] = mapped_column(one_of(PlanItemKind))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str | None] = mapped_column(Text, default=None)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), default=None)
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), default=None)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    year: Mapped[int | None] = mapped_column(Integer, default=None)
    quarter: Mapped[int | None] = mapped_column(Integer, default=None)
    cost_ore: Mapped[int | None] = mapped_column(BigInteger, default=None)
    origin_id: Mapped[int | None] = mapped_column(BigId, default=None)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
