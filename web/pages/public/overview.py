"""The public start page: the figures of all cases by place and topic, and the latest cases that were published."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from cases.public.figures.groups import CaseGroup
from cases.public.published import PublicFilters, count_published, is_cursor, list_published
from cases.reading.lists import MOST_COUNTED
from web.current import current, right_now
from web.figures.kept import statistics
from web.language.state_words import STATE_NAMES
from web.pages.list_part import part_of
from web.pages.options import categories_to_choose, places_to_choose
from web.pages.public.statistics import page_of
from web.requests.guard import Audience, open_to

bp = Blueprint("overview", __name__)
FIRST_PAGE, ROWS = 10, 25
FILTERS = ("place", "category", "state")


@bp.get("/")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the start page: the figures of all cases, and the latest cases that were published."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        figures = page_of(counted, CaseGroup())
        return render_template(
            "overview.html", **figures, **published_page(session, ROWS if request.args.get("after") else FIRST_PAGE)
        )


def published_page(session: Session, limit: int) -> dict[str, Any]:
    """Return a page of at most `limit` published cases as template variables. The query string says which.

    `cases` are the cases, newest first, `part` which part of the list they are, `after` the next page's cursor (""
    on the last), `asked` the filters' values, `narrowed` whether any is set, `found` how many cases there are and
    `most` from which number on that is not said; `places`, `categories` and `states` are the filters' options, pairs
    (value, name).
    """
    asked: dict[str, Any] = {name: request.args.get(name) or None for name in FILTERS}
    filters = PublicFilters(**asked, words=request.args.get("q", "").strip())
    after_asked = request.args.get("after", "")
    cases, after = list_published(session, filters, after=after_asked, limit=limit)
    found = count_published(session, filters)
    return {
        "part": part_of(cases, count=found, goes_on=is_cursor(after_asked)),
        "cases": cases,
        "after": after,
        "asked": {**asked, "q": filters.words},
        "narrowed": filters != PublicFilters(),
        "found": found,
        "most": MOST_COUNTED,
        "places": places_to_choose(session),
        "categories": categories_to_choose(session),
        "states": [(state.value, words) for state, words in STATE_NAMES.items()],
    }
