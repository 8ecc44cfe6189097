"""The page of the public figures, with filters in its address, and the same figures as CSV and XLSX."""

from typing import Any

from flask import Blueprint, Response, render_template
from sqlalchemy.orm import Session

from cases.public.figures.groups import ALL, NOT_GIVEN, OF_RECEIVED, YEARS, CaseGroup, Figure, Span
from cases.public.figures.statistics import PublicStatistics
from cases.public.published import count_published_by_figure
from cases.refusals import UnknownName
from cases.satisfaction.figures import SatisfactionTold, satisfaction_told
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
from web.pages.filters import status_of_filters
from web.pages.public.figures_query import LIST_OF, published_in, read_figures_query
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
        query = read_figures_query(counted)
        page = {**page_of(counted, query.group), **_choices(counted)}
        page |= {"refusals": query.refusals, "address": query.asked, "list_of": LIST_OF}
        page["how_it_went"] = _how_it_went(session, query.group)
        page["names"] = names_of(counted)
        page["published"] = _published(session, query.group, counted)
        return render_template("statistics.html", **page), status_of_filters(query.refusals)


@bp.get("/statistik.csv", defaults={"ending": "csv"})
@bp.get("/statistik.xlsx", defaults={"ending": "xlsx"})
@open_to(Audience.ANYBODY)
def download(ending: str) -> Response:
    """Return the figures of the page with the same filters as a table. In CSV, decimals are those of the language."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        query = read_figures_query(counted)
        for name in query.refusals:
            raise UnknownName(field=name, name=query.asked.get(name, ""))
        number = decimal_words if ending == "csv" else lambda days: days
        rows = rows_of(counted, query.group, number, _how_it_went(session, query.group))
    response, _ = table_download(f"statistik.{ending}", rows, current().database.calendar.zone)
    return response


def _how_it_went(session: Session, group: CaseGroup) -> SatisfactionTold | None:
    """Return the answers of whoever was asked; None for a part of the cases: they are counted of all alone."""
    return satisfaction_told(session) if group == CaseGroup() else None


def _published(session: Session, group: CaseGroup, counted: PublicStatistics) -> dict[Figure, int]:
    """Return how many published cases are behind each figure; none of a perspective, which is not published."""
    if group.perspective != ALL:
        return {}
    return count_published_by_figure(session, published_in(group), counted.at)


def page_of(counted: PublicStatistics, group: CaseGroup) -> dict[str, Any]:
    """Return what the templates need to show the figures of a group, by name.

    `tables` has the lines of each table by dimension, such as "topic"; none by what the group is narrowed to.
    """
    return {
        "counted": counted,
        "group": group,
        "period": period_words(counted, group),
        "tables": {
            one: folded(lines_of(counted, group, one), one) for one in divided_by(group) if counted.members[one]
        },
        "parts": _picture(counted, group),
        "words": {"name": NAMES, "definition": DEFINITIONS, "divided": DIVIDED_BY, "forgotten": _forgotten(counted)},
        "figures": OF_RECEIVED if group.ended == ALL else group.figures,
        "spans": tuple(Span),
        "told": lambda of, figure: told_words(counted.told(of, figure)),
        "median": lambda of, span: median_words(counted.median_days(of, span), of),
        "address": address_of(group),
    }


def _forgotten(counted: PublicStatistics) -> dict[str, str]:
    check = counted.check
    value = str(NOT_CHECKED) if check is None else str(check.forgotten)
    return {"name": str(FORGOTTEN), "value": value, "means": forgotten_means(check)}


def _choices(counted: PublicStatistics) -> dict[str, Any]:
    names = names_of(counted)
    return {
        "choices": {
            **{name: [(year, year) for year in reversed(counted.members[name])] for name in YEARS},
            **{
                name: sorted(
                    ((one, names[name].get(one, one)) for one in counted.members[name] if one != NOT_GIVEN),
                    key=lambda choice: in_swedish(choice[1]),
                )
                for name in ("unit", "topic", "place", "perspective")
            },
        }
    }


def _picture(counted: PublicStatistics, group: CaseGroup) -> list[tuple[Figure, float, float]]:
    """Return where the cases are now, as (figure, left edge, width) in percent; [] when one is withheld."""
    _, parts_of_all = group.sums[0]
    told = {part: counted.told(group, part).count for part in parts_of_all}
    total = counted.told(group, group.all_of_it).count
    if not total or None in told.values():
        return []
    parts, left = [], 0.0
    for part, count in told.items():
        width = 100 * (count or 0) / total
        parts.append((part, round(left, 2), round(width, 2)))
        left += width
    return parts
