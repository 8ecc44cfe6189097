"""Staff's list of all cases, ended ones too: filters in its address, chosen columns, and the same as a file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import HouseExported
from cases.history.municipality_events import record_for_municipality
from cases.organisation.units import UnitKind
from cases.reading.hits import hit_reasons
from cases.reading.lists import MOST_COUNTED, MOST_ROWS, Filters, Sort, count_cases, list_cases
from cases.states import Kind
from web.current import current, right_now
from web.language.labels import KINDS
from web.language.list_labels import SORTS, STATE_CHOICES, SWITCHES_IN_WORDS
from web.pages.filters import status_of_filters
from web.pages.list_part import ROWS, part_of
from web.pages.options import (
    Choices,
    categories_to_choose,
    in_swedish_order,
    known_with_people,
    places_to_choose,
    units_to_choose,
)
from web.pages.staff.desk import cursor_asked
from web.pages.staff.list_columns import COLUMNS, ListColumn
from web.pages.staff.list_query import ListQuery, filters_for, read_list_query
from web.requests.downloads import table_download
from web.requests.guard import Audience, open_to
from web.requests.identity.caller import current_actor
from web.requests.partial_pages import show_whole

bp = Blueprint("all_cases", __name__)
NO_PAGE: dict[str, Any] = {"cases": [], "count": 0, "part": None, "more": None}  # of a list that cannot be read


@bp.get("/arenden")
@open_to(Audience.STAFF)
def show() -> Response:
    """Show one page of the cases that the address asks for, how many they are, and the filters.

    Filters that are not understood are refused beside their fields, and no list is shown.
    """
    with current().database.reading() as session:
        query = read_list_query(session)
        page = NO_PAGE if query.refusals else _page(session, query, current_actor(), right_now())
        shown = render_template("all_cases.html", **page, **_choices(session, query))
    response = make_response(shown, status_of_filters(query.refusals))
    return show_whole(response) if query.refusals else response


def _page(session: Session, query: ListQuery, actor: Actor, now: datetime) -> dict[str, Any]:
    filters = _filters(session, query, now)
    cursor = cursor_asked(filters)
    page = list_cases(session, replace(filters, limit=ROWS, cursor=cursor), actor, now=now)
    count = count_cases(session, filters, actor, now=now)
    return {
        "cases": page.items,
        "reasons": hit_reasons(session, page.items, filters.wanted, actor) if filters.wanted else {},
        "count": count,
        "part": part_of(page.items, count=count, goes_on=cursor is not None),
        "more": page.next and query.address(url_for("all_cases.show"), cursor=page.next),
    }


@bp.get("/arenden.<any(csv, xlsx):form>")
@open_to(Audience.STAFF)
def download(form: str) -> Response:
    """Send all cases that the address asks for, with the chosen columns, as a file for a spreadsheet.

    That it was done, and how many cases it held, stands in the history of the municipality.
    """
    actor, now = current_actor(), right_now()
    name = f"arenden-{current().database.calendar.day_of(now)}.{form}"
    with current().database.reading() as session:
        query = read_list_query(session)
        if query.refusals:
            return redirect(query.address(url_for("all_cases.show")), 303)  # type: ignore[return-value]
        columns = [COLUMNS[column] for column in query.columns]
        cases = _every(session, _filters(session, query, now), actor, now)
        rows = chain([[str(column.heading) for column in columns]], (_cells(case, columns) for case in cases))
        response, number = table_download(name, rows, current().database.calendar.zone)
    with current().database.transaction() as session:
        record_for_municipality(session, HouseExported(cases=number - 1), by=actor, at=now)
    return response


def _filters(session: Session, query: ListQuery, now: datetime) -> Filters:
    return filters_for(query.asked, session=session, calendar=current().database.calendar, now=now)


def _cells(case: Case, columns: list[ListColumn]) -> list[Any]:
    return [column.value(case, current().database.calendar) for column in columns]


def _every(session: Session, filters: Filters, actor: Actor, now: datetime) -> Iterator[Case]:
    cursor: str | None = ""
    while cursor is not None:
        page = list_cases(session, replace(filters, limit=MOST_ROWS, cursor=cursor or None), actor, now=now)
        yield from page.items
        cursor = page.next
        session.expunge_all()


def _choices(session: Session, query: ListQuery) -> dict[str, Any]:
    """Return what the filters and the choice of columns need, as template variables."""
    officers = {str(row.slug): row for row in known_with_people(session).people or ()}
    return {
        "most": MOST_COUNTED,
        "now": right_now(),
        "calendar": current().database.calendar,
        "refusals": query.refusals,
        "query": query,
        "asked": query.asked,
        "columns": [(name, COLUMNS[name]) for name in query.columns],
        "all_columns": COLUMNS,
        "states": [(name, str(words)) for name, words in STATE_CHOICES.items()],
        "kinds": [(kind.value, str(KINDS[kind])) for kind in Kind],
        "categories": categories_to_choose(session),
        "places": places_to_choose(session),
        "units": units_to_choose(session),
        "groups": units_to_choose(session, UnitKind.GROUP),
        "officers": _officers(officers.values()),
        "sorts": [(sort.value, str(SORTS[sort])) for sort in Sort],
        "switches": [(name, str(words)) for name, words in SWITCHES_IN_WORDS.items()],
        "is_narrowed": any(name != "sort" for name in query.asked),
    }


def _officers(rows: Any) -> Choices:
    return in_swedish_order([(str(row.id), row.name) for row in rows])
