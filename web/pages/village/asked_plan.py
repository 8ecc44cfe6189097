"""The plan that a page is about, and who may write in it."""

from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.organisation.units import Unit
from cases.refusals import NotFound
from cases.village.plans.finding import draft_of, plan_named
from cases.village.plans.records.plan import Plan, PlanKind
from cases.village.rights import may, require
from web.requests.parsing.readable import number_in


@dataclass(frozen=True)
class AskedPlan:
    """The plan of a page: whose it is, whether it has a draft, and whether the reader may write in it.

    `plan` is None for a group that has not begun one. `has_draft` tells of a draft only those who may read it, who
    also read the personal data in the plan (`reads_all`).
    """

    slug: str
    unit: Unit
    plan: Plan | None
    is_written_here: bool
    has_draft: bool
    reads_all: bool


def asked_plan(session: Session, slug: str, actor: Actor) -> AskedPlan:
    """Return the plan with this slug; raise `NotFound` when there is none. Drafts are written for local plans alone."""
    unit, plan = plan_named(session, slug)
    is_local = plan is None or plan.kind is PlanKind.LOCAL
    reads_all = may("read_draft", actor, unit)
    has_draft = plan is not None and reads_all and draft_of(session, plan) is not None
    is_written_here = is_local and unit.active and may("draft_plan", actor, unit)
    return AskedPlan(slug, unit, plan, is_written_here, has_draft, reads_all)


def plan_to_write(session: Session, slug: str, actor: Actor) -> AskedPlan:
    """Return the plan for a page that only its group and the contact person open.

    Raises `NotAllowed` for all others, and `NotFound` when there is no such plan.
    """
    asked = asked_plan(session, slug, actor)
    require("draft_plan", actor, asked.unit)
    if not asked.is_written_here:
        raise NotFound(ref=slug)
    return asked


def asked_version(slug: str) -> int | None:
    """Return the number of the version that the address asks for; None for the one that stands.

    Raises `NotFound` when the address asks for what is no number.
    """
    wanted = request.args.get("version", "")
    if wanted and number_in(wanted) is None:
        raise NotFound(ref=slug)
    return number_in(wanted) if wanted else None
