"""The API endpoint of the public figures: the same as the page /statistik shows, from the same count."""

from typing import Any

from cases.public.figures.groups import CaseGroup, Span
from cases.public.figures.statistics import PublicStatistics
from cases.satisfaction.figures import SatisfactionTold, satisfaction_told
from web.api.blueprint import ApiBlueprint
from web.current import current, right_now
from web.figures.kept import statistics
from web.figures.lines import divided_by, lines_of, names_of
from web.language.figure_words import DEFINITIONS
from web.requests.guard import Audience, open_to
from web.schemas.statistics import StatisticsOut, StatisticsQuery

bp = ApiBlueprint("api_statistics", __name__, description="Figures of all cases, as numbers only")


@bp.on("GET /statistics", StatisticsQuery, (200, StatisticsOut), refuses=(422,))
@open_to(Audience.ANYBODY)
def show(group: CaseGroup) -> dict[str, Any]:
    """Return the figures of all cases, or of those that the query names, with what each figure means."""
    with current().database.reading() as session:
        counted = statistics(current().database, session, right_now())
        counted.check_names(group)
        return {**_shown(counted, group), "how_it_went": _how_it_went(counted, satisfaction_told(session))}


def _shown(counted: PublicStatistics, group: CaseGroup) -> dict[str, Any]:
    first, last = counted.span_of_years
    return {
        "counted_at": counted.at,
        "first_year": int(first),
        "last_year": int(last),
        "definitions": {name: str(words) for name, words in DEFINITIONS.items()},
        "total": _group(counted, group),
        "check": counted.check,
        **{
            f"by_{dimension}": [
                {"value": line.member or None, "name": line.name} | _group(counted, line.group)
                for line in lines_of(counted, group, dimension)
            ]
            for dimension in divided_by(group)
        },
    }


def _how_it_went(counted: PublicStatistics, told: SatisfactionTold) -> dict[str, Any]:
    names, lines = names_of(counted), {"unit": told.by_unit, "topic": told.by_topic}
    return {
        "total": told.total,
        **{
            f"by_{name}": [
                {"value": slug or None, "name": names[name].get(slug, slug), "answers": one.answers, "mean": one.mean}
                for slug, one in of_name.items()
            ]
            for name, of_name in lines.items()
        },
    }


def _group(counted: PublicStatistics, group: CaseGroup) -> dict[str, Any]:
    return {
        "figures": {figure: counted.told(group, figure) for figure in group.figures},
        "median_days": {span: counted.median_days(group, span) for span in Span},
    }
