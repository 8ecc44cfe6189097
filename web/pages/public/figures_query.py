"""What the address of the statistics asks for, and which list of published cases is behind a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from cases.public.figures.groups import ALL, CaseGroup, Figure
from cases.public.figures.statistics import FILTERS, PublicStatistics
from cases.public.published_filters import PublicFilters
from web.language.figure_words import ONE_YEAR, WHOLE_YEARS
from web.pages.filters import (
    DAYS,
    ENDED_IN,
    PERIOD,
    not_understood,
    read_days,
    typed_days,
    unknown_choices,
)

FIRST_DAY, LAST_DAY = (1, 1), (12, 31)  # month and day
LIST_OF: Mapping[Figure, Mapping[str, str]] = {  # how a list of published cases is asked for those of a figure
    Figure.RECEIVED: {},
    Figure.WITH_DESK: {"state": "received"},
    Figure.UNDER_WAY: {"state": "under_way"},
    Figure.PARKED: {"state": "parked"},
    Figure.DONE: {"state": "answered"},
    Figure.DECLINED: {"state": "declined"},
    Figure.MERGED: {"state": "merged"},
    Figure.ENDED: {"state": "settled"},
    Figure.LATE: {"overdue": "1"},
}


@dataclass(frozen=True)
class FiguresQuery:
    """The query of the statistics: `asked` are its filters by name, without the empty ones.

    `refusals` has a sentence for each of them that is not understood, by name: then no figure can be shown.
    """

    asked: Mapping[str, str]
    refusals: Mapping[str, str]

    @property
    def group(self) -> CaseGroup:
        """The group of cases that is asked for; all cases when something is not understood."""
        asked = {} if self.refusals else self.asked
        return CaseGroup(**{name: asked.get(filter_, ALL) for name, filter_ in FILTERS.items()})


def read_figures_query(counted: PublicStatistics) -> FiguresQuery:
    """Return what the present request's query string asks for. Days that are a whole year stand for that year."""
    typed = {filter_: request.args.get(filter_, "").strip() for filter_ in FILTERS.values()}
    of_days, not_years = _years_of_days()
    asked = of_days | {filter_: value for filter_, value in typed.items() if value}
    unknown = unknown_choices(asked, {FILTERS[name]: ids for name, ids in counted.members.items()})
    refusals = not_understood({*FILTERS.values(), *DAYS}) | not_years | unknown
    if {PERIOD, ENDED_IN} <= set(asked) and not refusals:
        refusals[ENDED_IN] = str(ONE_YEAR)
    return FiguresQuery(asked, refusals)


def _years_of_days() -> tuple[dict[str, str], dict[str, str]]:
    """Return the years for which days in the address stand, and why others stand for none, by the filter's name."""
    days, refused = read_days(typed_days())
    years, refusals = dict[str, str](), dict[str, str]()
    for year, names in ((PERIOD, ("from", "to")), (ENDED_IN, ("ended_from", "ended_to"))):
        first, last = (days.get(name) for name in names)
        if whole := _whole_year(first, last):
            years[year] = whole
        elif first or last or refused.keys() & names:
            refusals[year] = str(WHOLE_YEARS)
    return years, refusals


def _whole_year(first: date | None, last: date | None) -> str:
    if first and last and first.year == last.year:
        is_whole = ((first.month, first.day), (last.month, last.day)) == (FIRST_DAY, LAST_DAY)
        return str(first.year) if is_whole else ""
    return ""


def published_in(group: CaseGroup) -> PublicFilters:
    """Return the filters of the published cases of this group."""
    named = {"category": group.topic, "place": group.place, "responsible": group.unit}
    chosen: dict[str, Any] = {name: slug for name, slug in named.items() if slug != ALL}
    for what, year in (("received", group.year), ("ended", group.ended)):
        if year != ALL:
            chosen |= {f"{what}_from": date(int(year), 1, 1), f"{what}_to": date(int(year), 12, 31)}
    return PublicFilters(**chosen)
