"""The page of a plan: what a group means to do, how far that has come, and, for its group, the ways to go on."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.imports.plans.exporting import COLUMNS
from cases.village.plans.drafting import begin_draft
from cases.village.plans.reading.published import plan_shown
from cases.village.plans.reading.shown import PlanShown
from cases.village.showing.tallies import tally
from web.current import current, right_now
from web.language.village.plan_words import ANCHORING_KINDS, FATES, ITEM_KINDS
from web.language.village.village_words import STANDING_NAMES
from web.pages.village.asked_plan import AskedPlan, asked_plan, asked_version
from web.pages.village.items_in_words import areas_of, may_be_finished, may_be_put_right, planned_words, progress_words
from web.requests.downloads import table_download
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import actor_in, current_actor

bp = Blueprint("plans", __name__)


@bp.get("/plan/<slug>")
@open_to(Audience.ANYBODY)
def show(slug: str) -> str:
    """Show the version of the plan that stands, or the one with the number in the address. Everybody reads it."""
    actor = current_actor()
    with current().database.reading() as session:
        asked = asked_plan(session, slug, actor)
        shown = plan_shown(session, slug, asked_version(slug), by=actor, at=right_now())
        return render_template("village/plan.html", asked=asked, plan=shown, **_in_words(shown, asked, actor))


@bp.get("/plan/<slug>.<any(csv, xlsx):form>")
@open_to(Audience.ANYBODY)
def download(slug: str, form: str) -> Response:
    """Send the items of the version as a file, in the columns that `ventil plan import` reads."""
    with current().database.reading() as session:
        plan = plan_shown(session, slug, asked_version(slug), by=actor_in(session), at=right_now())
    response, _ = table_download(f"plan-{slug}.{form}", _rows(plan), current().database.calendar.zone)
    return response


@bp.post("/plan/<slug>/utkast/borja")
@open_to(Audience.LOGGED_IN)
def begin(slug: str) -> Response:
    """Begin a draft of the plan, or go on with the one that is there, and redirect to it."""
    with current().database.transaction() as session:
        begin_draft(session, slug, by=actor_in(session), at=right_now())
    return redirect(url_for("plan_draft.show", slug=slug), 303)


def _in_words(plan: PlanShown, asked: AskedPlan, actor: Actor) -> dict[str, Any]:
    """Return what the template needs beside the plan itself."""
    to_finish = {item.key for item in plan.items if may_be_finished(item, asked.unit.slug, by_contact=actor.is_contact)}
    to_put_right = {
        item.key for item in plan.items if may_be_put_right(item, asked.unit.slug, by_contact=actor.is_contact)
    }
    newest = plan.versions[0].number if plan.versions else None
    return {
        "areas": areas_of(plan.areas, plan.items),
        "tally": tally(plan.items),
        "words": {"standings": STANDING_NAMES},
        "progress": progress_words,
        "time_words": planned_words,
        "to_finish": to_finish if asked.is_written_here else set(),
        "to_put_right": to_put_right if asked.is_written_here else set(),
        "is_older": plan.current is not None and plan.current.number != newest,
        "item_kinds": ITEM_KINDS,
        "fates": FATES,
        "anchoring_kinds": ANCHORING_KINDS,
    }


def _rows(plan: PlanShown) -> list[tuple[Any, ...]]:
    areas = {area.rank: area.name for area in plan.areas}
    cells = [
        (
            item.title, item.named, item.year, item.quarter, item.kind.value, item.category,
            areas.get(item.area), item.done_on, item.done_by, item.case, plan.plan.unit, item.holder,
        )
        for item in plan.items
    ]  # fmt: skip
    return [COLUMNS, *cells]
