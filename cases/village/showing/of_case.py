"""The village of a published case: the group whose plan it stands in, else one of the place that it is about."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion


@dataclass(frozen=True)
class VillageNamed:
    """The slug and the name of one group."""

    slug: str
    name: str


def village_of_case(session: Session, case_id: int, place: str | None) -> VillageNamed | None:
    """Return the group to whose village this published case belongs; None when there is none.

    `place` is the slug of the case's place. Which group handed a case in is not public, and is not told here: an
    adopted plan and the place of a case are.
    """
    in_plan = exists().where(
        PlanItem.case_id == case_id, PlanItem.unit_id == Unit.id, PlanVersion.id == PlanItem.version_id,
        PlanVersion.adopted_on.is_not(None),
    )  # fmt: skip
    of_place = Unit.place_id == select(Place.id).where(Place.slug == place).scalar_subquery()
    found = select(Unit.slug, Unit.name).where(Unit.kind == UnitKind.GROUP, Unit.active, or_(in_plan, of_place))
    row = session.execute(found.order_by(in_plan.desc(), Unit.id).limit(1)).first()
    return VillageNamed(row.slug, row.name) if row else None
