"""Full-text search in Swedish: among the cases that somebody may see, or for visitors among the published ones."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.search.terms import terms_in
from cases.public.nearest_words import nearest_words
from cases.public.published import count_published, one_published
from cases.public.published_filters import PublicFilters
from cases.reading.hits import hit_reasons
from cases.reading.lists import MOST_COUNTED, Filters, count_cases, list_cases
from cases.village.showing.finding_villages import villages_named
from web.current import current, right_now
from web.pages.filters import EVERYWHERE, status_of_filters
from web.pages.list_part import ROWS, part_of
from web.pages.options import categories_to_choose, places_to_choose
from web.pages.public.overview import published_page
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor

bp = Blueprint("searching", __name__)


@bp.get("/sok")
@open_to(Audience.ANYBODY)
def show() -> Response:
    """Show the results of a search; redirect a visitor who typed the reference of a published case to that case.

    Somebody who is logged in searches in all that they may see, unless they follow a link with filters that only the
    search among published cases has.
    """
    actor = current_actor()
    is_filtered = any(request.args.get(name) for name in EVERYWHERE if name != "q")
    return _among_published() if actor.person_id is None or is_filtered else make_response(_among_all(actor))


def _among_all(actor: Actor) -> str:
    wanted = request.args.get("q", "").strip()
    filters = Filters(q=wanted, limit=ROWS, cursor=request.args.get("cursor") or None)
    with current().database.reading() as session:
        found = list_cases(session, filters, actor, now=right_now())
        more = {"cursor": found.next, "q": wanted or None} if found.next else None
        shown = {"wanted": wanted, "cases": found.items, "more": more, "now": right_now()}
        number = count_cases(session, filters, actor, now=right_now())
        part = part_of(found.items, count=number, goes_on=filters.cursor is not None)
        page: dict[str, Any] = {**shown, "part": part, "found": number, "most": MOST_COUNTED}
        page["reasons"] = hit_reasons(session, found.items, wanted, actor)
        page["villages"] = villages_named(session, wanted) if part.is_beginning else []
        if wanted and not number:
            near = _nearest(session, wanted)
            page["near"] = [one for one in near if count_cases(session, Filters(q=one), actor, now=right_now(), most=1)]
        return render_template("search.html", **page)


def _among_published() -> Response:
    wanted = request.args.get("q", "").strip()
    with current().database.reading() as session:
        terms = terms_in(wanted)
        ref = terms[0].ref if len(terms) == 1 else ""
        if one_published(session, ref):
            return redirect(url_for("case.show", ref=ref), 303)  # type: ignore[return-value]
        page = published_page(session, ROWS)
        if wanted and not page["found"]:
            near = _nearest(session, wanted)
            page["near"] = [one for one in near if count_published(session, PublicFilters(words=one))]
        page["villages"] = villages_named(session, wanted) if page["part"] and page["part"].is_beginning else []
        shown = render_template("search_published.html", wanted=wanted, unknown_ref=ref, **page)
    return make_response(shown, status_of_filters(page["refusals"]))


def _nearest(session: Session, wanted: str) -> list[str]:
    names = [name for _, name in [*places_to_choose(session), *categories_to_choose(session)]]
    return nearest_words(session, wanted, names)
