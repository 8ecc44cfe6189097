"""Finding a plan, its versions and its items, to read them or to change them."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from cases.organisation.units import Unit, UnitKind
from cases.refusals import NoDraft, NotFound
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion


def plan_named(session: Session, slug: str) -> tuple[Unit, Plan | None]:
    """Return the unit whose plan has this slug, and the plan; None for a group that has not begun one.

    Raises `NotFound` when there is no such plan.
    """
    is_of_group = (Plan.id.is_(None)) & (Unit.kind == UnitKind.GROUP) & Unit.active & (Unit.slug == slug)
    found = select(Unit, Plan).outerjoin(Plan, Plan.unit_id == Unit.id).where((Plan.slug == slug) | is_of_group)
    row = session.execute(found).first()
    if row is None:
        raise NotFound(ref=slug)
    return row[0], row[1]


def plan_to_change(session: Session, slug: str) -> tuple[Unit, Plan]:
    """Return the unit and its plan, locked until the transaction ends; a group that has no plan gets one.

    Raises `NotFound` when there is no such plan, or its unit is dissolved.
    """
    unit, plan = plan_named(session, slug)
    if not unit.active:
        raise NotFound(ref=slug)
    if plan is None:
        plan = Plan(slug=unit.slug, unit_id=unit.id)
        session.add(plan)
        session.flush()
    session.execute(select(Plan.id).where(Plan.id == plan.id).with_for_update())
    return unit, plan


def draft_of(session: Session, plan: Plan) -> PlanVersion | None:
    """Return the draft of the plan, None when there is none."""
    return session.scalar(select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_(None)))


def draft_to_change(session: Session, plan: Plan) -> PlanVersion:
    """Return the draft of the plan, locked until the transaction ends. Raises `NoDraft`."""
    is_draft = (PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_(None))
    draft = session.scalar(select(PlanVersion).where(*is_draft).with_for_update())
    if draft is None:
        raise NoDraft()
    session.refresh(draft)  # as it is now that it is locked
    return draft


def standing_version(session: Session, plan: Plan) -> PlanVersion | None:
    """Return the version that stands: the one adopted last; None before the first adoption."""
    adopted = select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_not(None))
    return session.scalar(adopted.order_by(PlanVersion.number.desc()).limit(1))


def items_of(session: Session, version: PlanVersion) -> Sequence[PlanItem]:
    """Return the items of the version, in their order."""
    return session.scalars(select(PlanItem).where(PlanItem.version_id == version.id).order_by(PlanItem.number)).all()


def items_to_settle(session: Session, plan: Plan) -> list[PlanItem]:
    """Query and return what `to_settle` selects."""
    return list(session.scalars(to_settle(plan)))


def to_settle(plan: Plan) -> Select[PlanItem]:
    """Return a statement that selects what the next version has to carry on or drop, unless the cases have ended.

    Of each case it is the latest item in an adopted version, unless an adopted version has dropped it. So an item whose
    case had ended and was reopened later is among them again.
    """
    latest = (
        select(func.max(PlanItem.id))
        .join(PlanVersion, PlanVersion.id == PlanItem.version_id)
        .where(PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_not(None))
        .group_by(PlanItem.case_id)
    )
    dropped = (
        select(PlanDrop.item_id)
        .join(PlanVersion, PlanVersion.id == PlanDrop.version_id)
        .where(PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_not(None))
    )
    found = select(PlanItem).where(PlanItem.id.in_(latest), PlanItem.id.not_in(dropped))
    return found.order_by(PlanItem.version_id, PlanItem.number)
