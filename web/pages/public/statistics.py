"""The page of the public figures, with filters in its address, and the same figures as CSV and XLSX."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from cases.public.figures.groups import ALL, NOT_GIVEN, PARTS, CaseGroup, Figure, Span
from cases.public.figures.statistics import FILTERS, PublicStatistics
from web.current import current, right_now
from web.figures.kept import statistics
from web.figures.lines import address_of, divided_by, lines_of, names_of
from web.figures.rows import rows_of
from web.language.figure_words import DEFINITIONS, DIVIDED_BY, NAMES, median_words, period_words, told_words
from web.language.preference import in_swedish
from web.requests.downloads import table_download
from web.requests.guard import Audience, open_to

bp = Blueprint("statistics", __name__)


@bp.get("/statistik")
@open_to(Audience.ANYBODY)
def show() -> str:
    """Show the figures of all cases, or of those that the filters in the address name."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        group = _asked(counted)
        return render_template("statistics.html", **page_of(counted, group), **_choices(counted))


@bp.get("/statistik.csv", defaults={"ending": "csv"})
@bp.get("/statistik.xlsx", defaults={"ending": "xlsx"})
@open_to(Audience.ANYBODY)
def download(ending: str) -> Response:
    """Return the figures of the page with the same filters as a table."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        group = _asked(counted)
        rows = rows_of(counted, group)
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
        "tables": {one: lines_of(counted, group, one) for one in divided_by(group)},
        "parts": _picture(counted, group),
        "words": {"name": NAMES, "definition": DEFINITIONS, "divided": DIVIDED_BY},
        "figures": tuple(Figure),
        "spans": tuple(Span),
        "told": lambda of, figure: told_words(counted.told(of, figure)),
        "median": lambda of, span: median_words(counted.median_days(of, span), of),
        "address": address_of(group),
    }


def _asked(counted: PublicStatistics) -> CaseGroup:
    asked = {name: request.args.get(filter_, "").strip() or ALL for name, filter_ in FILTERS.items()}
    group = CaseGroup(**asked)
    counted.check_names(group)
    return group


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
