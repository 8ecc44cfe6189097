"""Full-text search in Swedish: among the cases that somebody may see, or for visitors among the published ones."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from cases.access.actors import Actor
from cases.database.search.terms import terms_in
from cases.public.published import one_published
from cases.reading.lists import MOST_COUNTED, Filters, count_cases, list_cases
from web.current import current, right_now
from web.pages.list_part import part_of
from web.pages.public.overview import ROWS, published_page
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("searching", __name__)


@bp.get("/sok")
@open_to(Audience.ANYBODY)
def show() -> str | Response:
    """Show the results of a search; redirect a visitor who typed the reference of a published case to that case."""
    actor = current_actor()
    return _among_all(actor) if actor.person_id else _among_published()


def _among_all(actor: Actor) -> str:
    wanted = request.args.get("q", "").strip()
    filters = Filters(q=wanted, limit=ROWS, cursor=request.args.get("cursor") or None)
    with current().database.reading() as session:
        found = list_cases(session, filters, actor, now=right_now())
        more = {"cursor": found.next, "q": wanted} if found.next else None
        shown = {"wanted": wanted, "cases": found.items, "more": more, "now": right_now()}
        number = count_cases(session, filters, actor, now=right_now())
        part = part_of(found.items, count=number, goes_on=filters.cursor is not None)
        return render_template("search.html", **shown, part=part, found=number, most=MOST_COUNTED)


def _among_published() -> str | Response:
    wanted = request.args.get("q", "").strip()
    with current().database.reading() as session:
        terms = terms_in(wanted)
        ref = terms[0].ref if len(terms) == 1 else ""
        if one_published(session, ref):
            return redirect(url_for("case.show", ref=ref), 303)
        return render_template("search_published.html", wanted=wanted, **published_page(session, ROWS))
