"""Plans as the API shows them."""

from typing import Any

from cases.village.plans.reading.shown import (
    AnchoringListed,
    DraftShown,
    PlanItemShown,
    PlanListed,
    PlanShown,
    VersionListed,
)
from web.language.village.plan_words import lack_words
from web.schemas.village.plan_requests import ORE
from web.schemas.village.plan_responses import AnchoringOut, DraftOut, PlanListedOut, PlanOut

LISTED, PLAN, DRAFT, ANCHORING = PlanListedOut(), PlanOut(), DraftOut(), AnchoringOut()


def listed_plan_shown(plan: PlanListed) -> Any:
    """Return the plan as it stands in the list of all."""
    return LISTED.dump(_listed(plan, plan.current))


def whole_plan_shown(plan: PlanShown) -> Any:
    """Return a version of a plan with its areas and items, as everybody reads it."""
    return PLAN.dump(_whole(plan))


def plan_with_draft_shown(plan: PlanShown, draft: DraftShown | None) -> Any:
    """Return a version of a plan as those read it who may also read its draft; `draft` is None when there is none."""
    return PLAN.dump({**_whole(plan), "draft": None if draft is None else _draft(draft)})


def whole_draft_shown(draft: DraftShown) -> Any:
    """Return the draft, with all that it lacks in words."""
    return DRAFT.dump(_draft(draft))


def anchoring_shown(anchoring: AnchoringListed) -> Any:
    """Return an anchoring."""
    return ANCHORING.dump(anchoring)


def _listed(plan: PlanListed, current: VersionListed | None) -> dict[str, Any]:
    return {**vars(plan), "name": plan.unit_name, "late": plan.is_late, "current": current}


def _whole(plan: PlanShown) -> dict[str, Any]:
    words = {name: getattr(plan, name) for name in ("vision", "situation", "strengths")}
    rows = {name: getattr(plan, name) for name in ("versions", "areas", "dropped", "anchorings")}
    items = [_item(item) for item in plan.items]
    return {**_listed(plan.plan, plan.current), **words, **rows, "items": items}


def _draft(draft: DraftShown) -> dict[str, Any]:
    items, lacks = [_item(item) for item in draft.items], [lack_words(lack) for lack in draft.lacks]
    return {**vars(draft), "items": items, "lacks": lacks}


def _item(item: PlanItemShown) -> dict[str, Any]:
    cost = None if item.cost_ore is None else item.cost_ore / ORE
    return {**vars(item), "late": item.is_late, "cost_kr": cost}
