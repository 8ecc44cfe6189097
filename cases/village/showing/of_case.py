"""The village of a case: the group whose plan it stands in, else one of the place that it is about."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind
from cases.village.plans.becoming_cases import CHANNEL as OF_A_PLAN
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion

ASKED = aliased(Unit)


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


@dataclass(frozen=True)
class PlanOfCase:
    """The plan in which a case stands: of which group, and as which item (its key) of the version of which `year`.

    `asked` and `asked_name` are the slug and the name of the unit that the plan names, None when that has the case, or
    is the group itself.
    """

    slug: str
    name: str
    year: int
    key: int
    is_active: bool
    asked: str | None
    asked_name: str | None


def plan_of_case(session: Session, case: Case) -> PlanOfCase | None:
    """Return the plan in whose newest adopted version the case stands; None, without a query, when it came by none."""
    if case.channel != OF_A_PLAN:
        return None
    found = (
        select(Unit, PlanVersion.year, PlanItem.id, ASKED.id, ASKED.slug, ASKED.name)
        .join(PlanItem, PlanItem.unit_id == Unit.id)
        .join(PlanVersion, PlanVersion.id == PlanItem.version_id)
        .outerjoin(ASKED, ASKED.id == PlanItem.responsible_id)
        .where(PlanItem.case_id == case.id, PlanVersion.adopted_on.is_not(None))
    )
    row = session.execute(found.order_by(PlanVersion.number.desc()).limit(1)).first()
    if row is None:
        return None
    unit, year, key, asked_id, asked, asked_name = row
    is_asked = asked_id not in {None, unit.id, case.responsible_id}
    return PlanOfCase(
        unit.slug, unit.name, year, key, unit.active, asked if is_asked else None, asked_name if is_asked else None
    )
