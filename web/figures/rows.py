"""The rows of the figures as a table for download."""

from cases.imports.formats.writing import Value
from cases.public.figures.groups import ALL, CaseGroup, Figure, Span
from cases.public.figures.statistics import PublicStatistics
from web.figures.lines import Names, divided_by, lines_of, names_of
from web.language.figure_words import DEFINITIONS, NAMES, median_words, period_words, told_words
from web.language.gettext import gettext


def rows_of(counted: PublicStatistics, group: CaseGroup) -> list[list[Value]]:
    """Return the rows of the table for download: what is counted, of which group, the number or why there is none."""
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
            value = days if days is not None else median_words(days, one)
            rows.append([str(NAMES[span]), *of, value, str(DEFINITIONS[span]), at])
    return rows


def _named(group: CaseGroup, name: str, names: Names) -> str:
    member = getattr(group, name)
    return gettext("all") if member == ALL else names[name].get(member, member)
