"""Full-text search in Swedish: among the cases that somebody may see, or for visitors among the published ones."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.database.search.terms import terms_in
from cases.public.published import one_published
from cases.reading.lists import MOST_COUNTED, Filters, count_cases, list_cases
from web.current import current, right_now
from web.pages.options import categories_to_choose, places_to_choose
from web.pages.public.overview import published_page
from web.pages.staff.desk import ROWS
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("searching", __name__)
ASKED = ("category", "place")


@bp.get("/sok")
@open_to(Audience.ANYBODY)
def show() -> str | Response:
    """Show the results of a search; redirect a visitor who typed the reference of a published case to that case."""
    actor = current_actor()
    return _among_all(actor) if actor.person_id else _among_published()


def _among_all(actor: Actor) -> str:
    wanted = request.args.get("q", "").strip()
    asked: dict[str, Any] = {name: request.args.get(name, "").strip() or None for name in ASKED}
    filters = Filters(q=wanted, limit=ROWS, cursor=request.args.get("cursor") or None, **asked)
    with current().database.reading() as session:
        found = list_cases(session, filters, actor, now=right_now())
        more = {"cursor": found.next, "q": wanted or None, **asked} if found.next else None
        shown: dict[str, Any] = {
            "wanted": wanted,
            "cases": found.items,
            "more": more,
            "now": right_now(),
            "asked": asked,
        }
        shown |= {"categories": categories_to_choose(session), "places": places_to_choose(session)}
        number = count_cases(session, filters, actor, now=right_now())
        return render_template("search.html", **shown, found=number, most=MOST_COUNTED)


def _among_published() -> str | Response:
    wanted = request.args.get("q", "").strip()
    with current().database.reading() as session:
        terms = terms_in(wanted)
        ref = terms[0].ref if len(terms) == 1 else ""
        if one_published(session, ref):
            return redirect(url_for("case.show", ref=ref), 303)
        return render_template("search_published.html", wanted=wanted, **published_page(session, ROWS))
