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


def whole_plan_shown(plan: PlanShown, **more: Any) -> Any:
    """Return a version of a plan with its areas and items; `more` may hold the draft as `draft_within` returns it."""
    words = {name: getattr(plan, name) for name in ("vision", "situation", "strengths")}
    rows = {name: getattr(plan, name) for name in ("versions", "areas", "dropped", "anchorings")}
    items = [_item(item) for item in plan.items]
    return PLAN.dump({**_listed(plan.plan, plan.current), **words, **rows, "items": items, **more})


def whole_draft_shown(draft: DraftShown) -> Any:
    """Return the draft, with all that it lacks in words."""
    return DRAFT.dump(draft_within(draft))


def draft_within(draft: DraftShown) -> dict[str, Any]:
    """Return the draft as a value of what is shown, such as its plan, which brings it into the form of the API."""
    items, lacks = [_item(item) for item in draft.items], [lack_words(lack) for lack in draft.lacks]
    return {**vars(draft), "items": items, "lacks": lacks}


def anchoring_shown(anchoring: AnchoringListed) -> Any:
    """Return an anchoring."""
    return ANCHORING.dump(anchoring)


def _listed(plan: PlanListed, current: VersionListed | None) -> dict[str, Any]:
    return {**vars(plan), "name": plan.unit_name, "late": plan.is_late, "current": current}


def _item(item: PlanItemShown) -> dict[str, Any]:
    cost = None if item.cost_ore is None else item.cost_ore / ORE
    return {**vars(item), "late": item.is_late, "cost_kr": cost}
