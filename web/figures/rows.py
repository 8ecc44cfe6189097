"""The rows of the figures as a table for download."""

from collections.abc import Callable

from cases.imports.formats.writing import Value
from cases.public.figures.groups import ALL, CaseGroup, Figure, Span
from cases.public.figures.statistics import PublicStatistics
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


def rows_of(
    counted: PublicStatistics, group: CaseGroup, number: Callable[[float], Value] = lambda days: days
) -> list[list[Value]]:
    """Return the rows of the table for download: what is counted, of which group, the number or why there is none.

    `number` makes the value of a number with decimals.
    """
    head = [gettext("Figure"), gettext("Period"), gettext("Unit"), gettext("Topic"), gettext("Place"), gettext("Value")]
    rows: list[list[Value]] = [[*head, gettext("What it means"), gettext("Counted at")]]
    names, at = names_of(counted), counted.at.replace(microsecond=0)
    divided = [lines_of(counted, group, dimension) for dimension in divided_by(group)]
    for one in [group, *(line.group for lines in divided for line in lines)]:
        of = [period_words(counted, one), *(_named(one, name, names) for name in ("unit", "topic", "place"))]
        for figure in Figure:
            told = counted.told(one, figure)
            value: Value = told.count if told.withheld is None else told_words(told)
            rows.append([str(NAMES[figure]), *of, value, str(DEFINITIONS[figure]), at])
        for span in Span:
            days = counted.median_days(one, span)
            value = number(days) if days is not None else median_words(days, one)
            rows.append([str(NAMES[span]), *of, value, str(DEFINITIONS[span]), at])
    return [*rows, _of_check(counted)]


def _of_check(counted: PublicStatistics) -> list[Value]:
    """Return the row of the independent check: it is of all cases, whatever group the table is about."""
    check, everything = counted.check, [gettext("all")] * len(CaseGroup._fields)
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
