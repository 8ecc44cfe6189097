"""The public start page: the figures of all cases by place and topic, and the latest cases that were published."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from cases.calendar import FIRST_YEAR, LAST_YEAR
from cases.public.figures.groups import CaseGroup
from cases.public.published import PublicFilters, count_published, is_cursor, list_published, years_published
from cases.reading.lists import MOST_COUNTED
from web.current import current, right_now
from web.figures.kept import statistics
from web.language.state_words import STATE_NAMES
from web.pages.filters import slugs, status_of_filters, unknown_choices
from web.pages.list_part import ROWS, part_of
from web.pages.options import Choices, categories_to_choose, known, places_to_choose
from web.pages.public.statistics import page_of
from web.requests.guard import Audience, open_to

bp = Blueprint("overview", __name__)
FIRST_PAGE = 10
FILTERS = ("place", "category", "state", "period", "q")


@bp.get("/")
@open_to(Audience.ANYBODY)
def show() -> tuple[str, int]:
    """Show the start page: the figures of all cases, and the latest cases that were published."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        figures = page_of(counted, CaseGroup())
        page = published_page(session, ROWS if request.args.get("after") else FIRST_PAGE)
        return render_template("overview.html", **figures, **page), status_of_filters(page["refusals"])


def published_page(session: Session, limit: int) -> dict[str, Any]:
    """Return a page of at most `limit` published cases as template variables. The query string says which.

    `cases` are the cases, newest first, `part` which part of the list they are, `more` the arguments of the next page's
    address, if there is one, `asked` the filters' values, `narrowed` whether any is set, `found` how many cases there
    are and `most` from which number on that is not said; `places`, `categories`, `states` and `years` are the filters'
    options, pairs (value, name). `refusals` has a sentence for each filter that is not understood, by name: then no
    case is shown.
    """
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    options = _options(session)
    refusals = unknown_choices(asked, _possible(session, options))
    found = {"cases": [], "found": 0, "part": None, "more": None} if refusals else _found(session, asked, limit)
    narrowed = any(asked.values())
    return {"asked": asked, "narrowed": narrowed, "refusals": refusals, "most": MOST_COUNTED, **found, **options}


def _found(session: Session, asked: dict[str, str], limit: int) -> dict[str, Any]:
    after, given = request.args.get("after", ""), {name: value for name, value in asked.items() if value}
    chosen: dict[str, Any] = {name: asked[name] or None for name in ("place", "category", "state")}
    filters = PublicFilters(**chosen, words=asked["q"], year=int(asked["period"]) if asked["period"] else None)
    cases, following = list_published(session, filters, after=after, limit=limit)
    count = count_published(session, filters)
    part = part_of(cases, count=count, goes_on=is_cursor(after))
    return {"cases": cases, "found": count, "part": part, "more": following and {**given, "after": following}}


def _options(session: Session) -> dict[str, Choices]:
    return {
        "places": places_to_choose(session),
        "categories": categories_to_choose(session),
        "states": [(state.value, str(words)) for state, words in STATE_NAMES.items()],
        "years": [(str(year), str(year)) for year in years_published(session)],
    }


def _possible(session: Session, options: dict[str, Choices]) -> dict[str, Iterable[object]]:
    """Return the values that each filter may have: those that can be chosen, and the names of what is switched off."""
    named = slugs(known(session))
    years = {str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)}
    states = [value for value, _ in options["states"]]
    return {"place": named["place"], "category": named["category"], "state": states, "period": years}
