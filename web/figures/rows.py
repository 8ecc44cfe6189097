"""The rows of the figures as a table for download."""

from collections.abc import Callable

from cases.imports.formats.writing import Value
from cases.public.figures.groups import ALL, CaseGroup, Span
from cases.public.figures.statistics import PublicStatistics
from cases.satisfaction.figures import SatisfactionTold
from web.figures.grades import grades_rows
from web.figures.lines import Names, divided_by, lines_of, names_of
from web.language.figure_words import (
    DEFINITIONS,
    FORGOTTEN,
    NAMES,
    NOT_CHECKED,
    forgotten_means,
    median_words,
    period_words,
    told_words,
)
from web.language.gettext import gettext

OF_GROUP = 5  # columns that say which cases a figure is of: period, unit, topic, place and perspective


def rows_of(
    counted: PublicStatistics,
    group: CaseGroup,
    number: Callable[[float], Value] = lambda days: days,
    how_it_went: SatisfactionTold | None = None,
) -> list[list[Value]]:
    """Return the rows of the table for download: what is counted, of which group, the number or why there is none.

    `number` makes the value of a number with decimals; `how_it_went` are the answers, where the page shows them.
    """
    head = [gettext("Figure"), gettext("Period"), gettext("Unit"), gettext("Topic"), gettext("Place")]
    head += [gettext("Perspective"), gettext("Value"), gettext("What it means"), gettext("Counted at")]
    rows: list[list[Value]] = [[*head]]
    names, at = names_of(counted), counted.at.replace(microsecond=0)
    divided = [lines_of(counted, group, dimension) for dimension in divided_by(group)]
    for one in [group, *(line.group for lines in divided for line in lines)]:
        of = [_period(counted, one), *(_named(one, name, names) for name in ("unit", "topic", "place", "perspective"))]
        for figure in one.figures:
            told = counted.told(one, figure)
            value: Value = told.count if told.withheld is None else told_words(told)
            rows.append([str(NAMES[figure]), *of, value, str(DEFINITIONS[figure]), at])
        for span in Span:
            days = counted.median_days(one, span)
            value = number(days) if days is not None else median_words(days, one)
            rows.append([str(NAMES[span]), *of, value, str(DEFINITIONS[span]), at])
    if how_it_went is not None:
        rows += grades_rows(how_it_went, names, number, at)
    return [*rows, _of_check(counted)]


def _period(counted: PublicStatistics, group: CaseGroup) -> str:
    """Return the period in words that tell a year of the end from one of receipt."""
    if group.ended != ALL:
        return gettext("ended in %(year)s", year=group.ended)
    return period_words(counted, group)


def _of_check(counted: PublicStatistics) -> list[Value]:
    """Return the row of the independent check: it is of all cases, whatever group the table is about."""
    check, everything = counted.check, [gettext("all")] * OF_GROUP
    found: Value = check.forgotten if check else str(NOT_CHECKED)
    return [
        str(FORGOTTEN),
        *everything,
        found,
        forgotten_means(check),
        check.at.replace(microsecond=0) if check else None,
    ]


def _named(group: CaseGroup, name: str, names: Names) -> str:
    member = getattr(group, name)
    return gettext("all") if member == ALL else names[name].get(member, member)
