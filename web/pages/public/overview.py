"""The public start page: the figures of all cases by place and topic, and the latest cases that were published."""

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from cases.public.figures.groups import CaseGroup
from cases.public.finding_published import excerpts_of
from cases.public.published import count_published, is_cursor, list_published, years_published
from cases.reading.hits import FoundIn, HitReason
from cases.reading.lists import MOST_COUNTED
from web.current import current, right_now, today
from web.figures.kept import statistics
from web.language.list_labels import STATE_CHOICES
from web.pages.filters import status_of_filters
from web.pages.list_part import ROWS, part_of
from web.pages.options import Choices, categories_to_choose, places_to_choose, topics_with_registers, units_to_choose
from web.pages.public.published_query import PublishedQuery, read_published_query
from web.pages.public.statistics import page_of
from web.requests.guard import Audience, open_to

bp = Blueprint("overview", __name__)
FIRST_PAGE = 10


@bp.get("/")
@open_to(Audience.ANYBODY)
def show() -> tuple[str, int]:
    """Show the start page: the figures of all cases, and the latest cases that were published."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        figures = page_of(counted, CaseGroup())
        topics = topics_with_registers(session)
        page = published_page(session, ROWS if request.args.get("after") else FIRST_PAGE)
        place = next((one for one in page["places"] if one[0] == page["asked"]["place"]), None)
        shown = render_template("overview.html", topics=topics, feed_of=place, **figures, **page)
        return shown, status_of_filters(page["refusals"])


def published_page(session: Session, limit: int) -> dict[str, Any]:
    """Return a page of at most `limit` published cases as template variables. The query string says which.

    `cases` are the cases, newest first, `part` which part of the list they are, `more` the arguments of the next page's
    address, if there is one, `reasons` why a search found them, `asked` the filters' values, `narrowed` whether any is
    set, `found` how many cases there are and `most` from which number on that is not said; `places`, `categories`,
    `units`, `states`, `years` and `years_ended` are the filters' options, pairs (value, name). `refusals` has a
    sentence for each filter that is not understood, by name: then no case is shown.
    """
    query = read_published_query(session)
    options = _options(session)
    found = {"cases": [], "found": 0, "part": None, "more": None} if query.refusals else _found(session, query, limit)
    shown = {"asked": query.asked, "narrowed": bool(query.given), "refusals": query.refusals, "most": MOST_COUNTED}
    return {**shown, **found, **options}


def _found(session: Session, query: PublishedQuery, limit: int) -> dict[str, Any]:
    after, filters = request.args.get("after", ""), query.filters(right_now())
    cases, following = list_published(session, filters, after=after, limit=limit)
    count = count_published(session, filters)
    part = part_of(cases, count=count, goes_on=is_cursor(after))
    reasons = {id_: [HitReason(FoundIn.DESCRIPTION, one)] for id_, one in excerpts_of(cases, filters.words).items()}
    more = following and {**query.given, "after": following}
    return {"cases": cases, "found": count, "part": part, "more": more, "reasons": reasons}


def _options(session: Session) -> dict[str, Choices]:
    years = years_published(session)
    ended = range(max(today().year, *years), years[-1] - 1, -1) if years else ()
    return {
        "places": places_to_choose(session),
        "categories": categories_to_choose(session),
        "units": units_to_choose(session),
        "states": [(name, str(words)) for name, words in STATE_CHOICES.items()],
        "years": [(str(year), str(year)) for year in years],
        "years_ended": [(str(year), str(year)) for year in ended],
    }
