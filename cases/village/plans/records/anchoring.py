"""Anchorings: how a group has shown that its plan is the village's own: by a survey, a meeting or information."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of


class AnchoringKind(StrEnum):
    """How the village was asked or told."""

    SURVEY = "survey"
    MEETING = "meeting"
    INFORMATION = "information"


class Anchoring(Base):
    """One anchoring of a group's plan, written by `event_id`. It is never changed: a later one `replaces_id` it.

    `reached` counts those who were asked or told, `answered` those who answered or came.
    """

    __tablename__ = "anchoring"
    __table_args__ = (
        ForeignKeyConstraint(["replaces_id", "unit_id"], ["anchoring.id", "anchoring.unit_id"]),
        UniqueConstraint("id", "unit_id"),
        UniqueConstraint("replaces_id"),
        UniqueConstraint("event_id"),
        CheckConstraint("kind IN ('survey', 'meeting', 'information')", name="kind"),
        CheckConstraint("reached >= 0", name="reached"),
        CheckConstraint("answered >= 0", name="answered"),
        CheckConstraint("length(text) > 0", name="text"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    kind: Mapped[AnchoringKind] = mapped_column(one_of(AnchoringKind))
    on_day: Mapped[date]
    reached: Mapped[int | None] = mapped_column(Integer, default=None)
    answered: Mapped[int | None] = mapped_column(Integer, default=None)
    text: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    replaces_id: Mapped[int | None] = mapped_column(BigId, default=None)
    erased_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), default=None)
