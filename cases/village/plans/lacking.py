"""What a draft lacks before it can be adopted."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.categories import Category
from cases.organisation.units import Unit
from cases.refusals import Lack
from cases.states import ENDED, State
from cases.village.plans.finding import items_of, items_to_settle
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion

HAD_ENDED = ENDED | {State.DONE}  # the work is there, or nothing comes of it: nobody needs to carry it on


def what_lacks(session: Session, plan: Plan, draft: PlanVersion) -> list[Lack]:
    """Return what the draft lacks: first the plan as a whole, then each item, then items of the version before."""
    lacks = [] if _has_area(session, draft) else [Lack("area")]
    items = items_of(session, draft)
    active = _active(session, items)
    lacks += [Lack(what, item.id, item.title) for item in items for what in _item_lacks(item, *active)]
    return lacks + [Lack("settled", item.id, item.title) for item in unsettled(session, plan, draft)]


def unsettled(session: Session, plan: Plan, draft: PlanVersion) -> list[PlanItem]:
    """Return the items of the versions before that the draft neither carries on nor drops, and whose cases go on."""
    settled = _settled(session, draft)
    left = [item for item in items_to_settle(session, plan) if item.id not in settled]
    states = states_of(session, left)
    return [item for item in left if states[item.id] not in HAD_ENDED]


def states_of(session: Session, items: Sequence[PlanItem]) -> dict[int, State]:
    """Return the state of each item's case, by the item's id."""
    found = dict(
        session.execute(select(Case.id, Case.state).where(Case.id.in_({item.case_id for item in items}))).all()
    )
    return {item.id: found[item.case_id] for item in items if item.case_id is not None}


def _has_area(session: Session, draft: PlanVersion) -> bool:
    return session.scalar(select(FocusArea.id).where(FocusArea.version_id == draft.id).limit(1)) is not None


def _settled(session: Session, draft: PlanVersion) -> set[int]:
    carried = select(PlanItem.origin_id).where(PlanItem.version_id == draft.id, PlanItem.origin_id.is_not(None))
    dropped = select(PlanDrop.item_id).where(PlanDrop.version_id == draft.id)
    return {*session.scalars(carried), *session.scalars(dropped)}


def _active(session: Session, items: Sequence[PlanItem]) -> tuple[set[int], set[int]]:
    """Return the ids of the units and of the categories of these items that are active."""
    units = select(Unit.id).where(Unit.id.in_({item.responsible_id for item in items}), Unit.active)
    categories = select(Category.id).where(Category.id.in_({item.category_id for item in items}), Category.active)
    return set(session.scalars(units)), set(session.scalars(categories))


def _item_lacks(item: PlanItem, units: set[int], categories: set[int]) -> list[str]:
    is_there = {
        "responsible": item.responsible_id in units, "year": item.year is not None,
        "category": item.category_id in categories,
    }  # fmt: skip
    return [name for name, found in is_there.items() if not found]
