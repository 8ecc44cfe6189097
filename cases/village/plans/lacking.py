"""What a draft lacks before it can be adopted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.organisation.categories import Category
from cases.organisation.units import Unit
from cases.refusals import Lack
from cases.states import ENDED, State
from cases.village.plans.finding import to_settle
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion

HAD_ENDED = ENDED | {State.DONE}  # the work is there, or nothing comes of it: nobody needs to carry it on


def what_lacks(session: Session, plan: Plan, draft: PlanVersion, left: Sequence[PlanItem] | None = None) -> list[Lack]:
    """Return what the draft lacks: first the plan as a whole, then each item, then items of the version before.

    `left` is what `unsettled` returns, when the caller has asked for that already.
    """
    lacks = [] if _has_area(session, draft) else [Lack("area")]
    lacks += [
        Lack(what, row.PlanItem.id, row.PlanItem.title) for row in _items(session, draft) for what in _of_item(row)
    ]
    unsettled_items = unsettled(session, plan, draft) if left is None else left
    return lacks + [Lack("settled", item.id, item.title) for item in unsettled_items]


def unsettled(session: Session, plan: Plan, draft: PlanVersion) -> list[PlanItem]:
    """Return the items of the versions before that the draft neither carries on nor drops, and whose cases go on."""
    carried = select(PlanItem.origin_id).where(PlanItem.version_id == draft.id, PlanItem.origin_id.is_not(None))
    dropped = select(PlanDrop.item_id).where(PlanDrop.version_id == draft.id)
    left = to_settle(plan).join(Case, Case.id == PlanItem.case_id).where(Case.state.not_in(sorted(HAD_ENDED)))
    return list(session.scalars(left.where(PlanItem.id.not_in(carried), PlanItem.id.not_in(dropped))))


def states_of(session: Session, items: Sequence[PlanItem]) -> dict[int, State]:
    """Return the state of each item's case, by the item's id."""
    found = dict(
        session.execute(select(Case.id, Case.state).where(Case.id.in_({item.case_id for item in items}))).all()
    )
    return {item.id: found[item.case_id] for item in items if item.case_id is not None}


def _has_area(session: Session, draft: PlanVersion) -> bool:
    return session.scalar(select(FocusArea.id).where(FocusArea.version_id == draft.id).limit(1)) is not None


def _items(session: Session, draft: PlanVersion) -> Sequence[Any]:
    """Return the items of the draft, with whether the unit and the category that each names are active."""
    named = (
        select(PlanItem, Unit.active.label("has_unit"), Category.active.label("has_category"))
        .outerjoin(Unit, Unit.id == PlanItem.responsible_id)
        .outerjoin(Category, Category.id == PlanItem.category_id)
    )
    return session.execute(named.where(PlanItem.version_id == draft.id).order_by(PlanItem.number)).all()


def _of_item(row: Any) -> list[str]:
    is_there = {"responsible": row.has_unit, "year": row.PlanItem.year is not None, "category": row.has_category}
    lacking = [name for name, found in is_there.items() if not found]
    asks_itself = row.PlanItem.kind is PlanItemKind.ASKED and row.PlanItem.responsible_id == row.PlanItem.unit_id
    return [*lacking, "others"] if asks_itself else lacking
