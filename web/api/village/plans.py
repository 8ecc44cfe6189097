"""API endpoints for plans: read them, write a draft, adopt it, show how the plan is anchored."""

import re
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from cases.refusals import NotFound
from cases.village.plans.adopting import Adoption, adopt_plan
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.draft_content import DraftContent
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.reading.drafts import draft_if_readable, draft_shown
from cases.village.plans.reading.published import plan_shown, plans_listed
from cases.village.plans.reading.shown import AnchoringListed
from web.api.blueprint import ApiBlueprint
from web.api.village.plan_serializing import (
    anchoring_shown,
    listed_plan_shown,
    plan_with_draft_shown,
    whole_draft_shown,
    whole_plan_shown,
)
from web.current import current, right_now
from web.requests.guard import Audience, open_to
from web.requests.idempotency import once
from web.requests.identity.caller import actor_in
from web.schemas.queries import NoQuery
from web.schemas.requests import NothingIn
from web.schemas.village.plan_requests import AdoptionIn, AnchoringIn, DraftIn, PlanQuery
from web.schemas.village.plan_responses import AdoptedOut, AnchoringOut, DraftOut, PlanList, PlanOut

ADOPTED = AdoptedOut()
SLUG = re.compile(r"[a-z0-9-]{1,60}")
bp = ApiBlueprint("api_plans", __name__, description="What groups mean to do, and what has come of it")


@bp.on("GET /plans", NoQuery, (200, PlanList))
@open_to(Audience.ANYBODY)
def list_plans(_no_query: dict[str, Any]) -> Response:
    """List all plans by the name of their unit, with the version that stands and the day of the next revision."""
    with current().database.reading() as session:
        return jsonify(items=[listed_plan_shown(plan) for plan in plans_listed(session, at=right_now())])


@bp.on("GET /plans/<slug>", PlanQuery, (200, PlanOut), refuses=(404, 422))
@open_to(Audience.ANYBODY)
def read_plan(query: dict[str, Any], slug: str) -> Response:
    """Read the version that stands, or the one with this number; members and staff also get the draft."""
    with current().database.reading() as session:
        actor, at = actor_in(session), right_now()
        plan = plan_shown(session, _checked(slug), query["version"], by=actor, at=at)
        may_read, draft = draft_if_readable(session, slug, by=actor, at=at)
        return jsonify(plan_with_draft_shown(plan, draft) if may_read else whole_plan_shown(plan))


@bp.on("POST /plans/<slug>/draft", NothingIn, (201, DraftOut), (200, DraftOut), refuses=(403, 404))
@open_to(Audience.LOGGED_IN)
def begin_plan_draft(_nothing: dict[str, Any], slug: str) -> Response:
    """Begin a draft as a copy of the version that stands; 200 with the draft that is there already."""
    with current().database.transaction() as session:
        return once(session, lambda: _begun(session, _checked(slug)))


@bp.on("PUT /plans/<slug>/draft", DraftIn, (200, DraftOut), refuses=(403, 404))
@open_to(Audience.LOGGED_IN)
def put_plan_draft(wanted: DraftContent, slug: str) -> Response:
    """Save the whole draft. What is missing in it stands under `lacks`: a draft may lack much, an adopted plan not."""
    with current().database.transaction() as session:
        put_draft(session, _checked(slug), wanted, by=actor_in(session), at=right_now())
        return _draft(session, slug)


@bp.on("POST /plans/<slug>/adoption", AdoptionIn, (200, AdoptedOut), refuses=(403, 404))
@open_to(Audience.LOGGED_IN)
def adopt(wanted: Adoption, slug: str) -> Response:
    """Adopt the draft: each item becomes a case. If something is missing, `errors` name it by the key of the item."""
    with current().database.transaction() as session:
        return once(session, lambda: _adopted(session, wanted, _checked(slug)))


@bp.on("POST /units/<slug>/anchorings", AnchoringIn, (201, AnchoringOut), refuses=(403, 404))
@open_to(Audience.LOGGED_IN)
def anchor(wanted: AnchoringShown, slug: str) -> Response:
    """Show how a group's plan is anchored in the village: by a survey, a meeting or information."""
    with current().database.transaction() as session:
        return once(session, lambda: _anchored(session, wanted, _checked(slug)))


def _begun(session: Session, slug: str) -> Response:
    _, is_new = begin_draft(session, slug, by=actor_in(session), at=right_now())
    response = _draft(session, slug)
    response.status_code = 201 if is_new else 200
    return response


def _draft(session: Session, slug: str) -> Response:
    draft = draft_shown(session, slug, by=actor_in(session), at=right_now())
    if draft is None:
        raise NotFound(ref=slug)
    return jsonify(whole_draft_shown(draft))


def _adopted(session: Session, wanted: Adoption, slug: str) -> Response:
    return jsonify(ADOPTED.dump(adopt_plan(session, slug, wanted, by=actor_in(session), at=right_now())))


def _anchored(session: Session, wanted: AnchoringShown, slug: str) -> Response:
    row = show_anchoring(session, slug, wanted, by=actor_in(session), at=right_now())
    listed = AnchoringListed(row.id, row.kind, row.on_day, row.reached, row.answered, row.text)
    response = jsonify(anchoring_shown(listed))
    response.status_code = 201
    return response


def _checked(slug: str) -> str:
    """Check the form of the slug and return it. Raises `NotFound` if nothing can be called so."""
    if not SLUG.fullmatch(slug):
        raise NotFound(ref=slug)
    return slug
