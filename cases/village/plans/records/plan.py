"""Plans: one local plan for each group; a municipal plan and strategies have the same shape."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cases.database.base import Base, BigId, one_of, partial_index
from cases.organisation.units import Unit

REVISE_MONTHS = 12  # from one revision of a local plan to the next


class PlanKind(StrEnum):
    """The kinds of plan: of a group, of the municipality, and its strategy."""

    LOCAL = "local"
    MUNICIPAL = "municipal"
    STRATEGY = "strategy"


class Plan(Base):
    """One plan, which lives on through all its versions. The slug of a local plan is that of its group.

    `revise_months` is how many months after a revision the next one is owed.
    """

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("id", "unit_id"),
        CheckConstraint("kind IN ('local', 'municipal', 'strategy')", name="kind"),
        CheckConstraint("revise_months BETWEEN 1 AND 120", name="revise_months"),
        partial_index("uq_plan_local", "unit_id", where="kind = 'local'", unique=True),
        partial_index("uq_plan_municipal", "kind", where="kind = 'municipal'", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[PlanKind] = mapped_column(one_of(PlanKind), default=PlanKind.LOCAL)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    revise_months: Mapped[int] = mapped_column(default=REVISE_MONTHS)

    unit: Mapped[Unit] = relationship(init=False, lazy="select", viewonly=True)
