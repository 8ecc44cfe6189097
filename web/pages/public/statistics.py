"""The page of the public figures, with filters in its address, and the same figures as CSV and XLSX."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request

from cases.public.figures.groups import ALL, NOT_GIVEN, PARTS, CaseGroup, Figure, Span
from cases.public.figures.statistics import FILTERS, PublicStatistics
from cases.public.published import PublicFilters, count_published
from web.current import current, right_now
from web.figures.kept import statistics
from web.figures.lines import address_of, divided_by, folded, lines_of, names_of
from web.figures.rows import rows_of
from web.language.figure_words import (
    DEFINITIONS,
    DIVIDED_BY,
    FORGOTTEN,
    NAMES,
    NOT_CHECKED,
    decimal_words,
    forgotten_means,
    median_words,
    period_words,
    told_words,
)
from web.language.preference import in_swedish
from web.pages.filters import status_of_filters, unknown_choices
from web.requests.downloads import table_download
from web.requests.guard import Audience, open_to

bp = Blueprint("statistics", __name__)


@bp.get("/statistik")
@open_to(Audience.ANYBODY)
def show() -> tuple[str, int]:
    """Show the figures of all cases, or of those that the filters in the address name.

    Names that nothing has are refused beside their filters, and no figures are shown.
    """
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        asked = _asked()
        refusals = unknown_choices(asked, {FILTERS[name]: ids for name, ids in counted.members.items()})
        group = CaseGroup() if refusals else _group(asked)
        page = {**page_of(counted, group), **_choices(counted), "refusals": refusals, "address": asked}
        page["published"] = count_published(session, _filters(group))
        return render_template("statistics.html", **page), status_of_filters(refusals)


@bp.get("/statistik.csv", defaults={"ending": "csv"})
@bp.get("/statistik.xlsx", defaults={"ending": "xlsx"})
@open_to(Audience.ANYBODY)
def download(ending: str) -> Response:
    """Return the figures of the page with the same filters as a table. In CSV, decimals are those of the language."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        group = _group(_asked())
        counted.check_names(group)
        rows = rows_of(counted, group, decimal_words if ending == "csv" else lambda days: days)
    response, _ = table_download(f"statistik.{ending}", rows, current().database.calendar.zone)
    return response


def page_of(counted: PublicStatistics, group: CaseGroup) -> dict[str, Any]:
    """Return what the templates need to show the figures of a group, by name.

    `tables` has the lines of each table by dimension, such as "topic"; none by what the group is narrowed to.
    """
    return {
        "counted": counted,
        "group": group,
        "period": period_words(counted, group),
        "tables": {one: folded(lines_of(counted, group, one), one) for one in divided_by(group)},
        "parts": _picture(counted, group),
        "words": {"name": NAMES, "definition": DEFINITIONS, "divided": DIVIDED_BY, "forgotten": _forgotten(counted)},
        "figures": tuple(Figure),
        "spans": tuple(Span),
        "told": lambda of, figure: told_words(counted.told(of, figure)),
        "median": lambda of, span: median_words(counted.median_days(of, span), of),
        "address": address_of(group),
    }


def _forgotten(counted: PublicStatistics) -> dict[str, str]:
    check = counted.check
    value = str(NOT_CHECKED) if check is None else str(check.forgotten)
    return {"name": str(FORGOTTEN), "value": value, "means": forgotten_means(check)}


def _asked() -> dict[str, str]:
    """Return the filters in the address, without the empty ones."""
    asked = {filter_: request.args.get(filter_, "").strip() for filter_ in FILTERS.values()}
    return {filter_: value for filter_, value in asked.items() if value}


def _group(asked: Mapping[str, str]) -> CaseGroup:
    return CaseGroup(**{name: asked.get(filter_, ALL) for name, filter_ in FILTERS.items()})


def _filters(group: CaseGroup) -> PublicFilters:
    """Return the filters of the published cases of this group, whose unit is not looked at."""
    year = None if group.year == ALL else int(group.year)
    topic, place = (None if one == ALL else one for one in (group.topic, group.place))
    return PublicFilters(year=year, category=topic, place=place)


def _choices(counted: PublicStatistics) -> dict[str, Any]:
    names = names_of(counted)
    return {
        "choices": {
            "year": [(year, year) for year in reversed(counted.members["year"])],
            **{
                name: sorted(
                    ((one, names[name].get(one, one)) for one in counted.members[name] if one != NOT_GIVEN),
                    key=lambda choice: in_swedish(choice[1]),
                )
                for name in ("unit", "topic", "place")
            },
        }
    }


def _picture(counted: PublicStatistics, group: CaseGroup) -> list[tuple[Figure, float, float]]:
    """Return where the received cases are now, as (figure, left edge, width) in percent; [] when one is withheld."""
    told = {part: counted.told(group, part).count for part in PARTS}
    total = counted.told(group, Figure.RECEIVED).count
    if not total or None in told.values():
        return []
    parts, left = [], 0.0
    for part, count in told.items():
        width = 100 * (count or 0) / total
        parts.append((part, round(left, 2), round(width, 2)))
        left += width
    return parts
