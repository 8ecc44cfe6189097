"""What the public figures are called, and what each of them means in one line."""

from collections.abc import Mapping

from flask_babel import LazyString, format_decimal
from flask_babel import lazy_gettext as _l

from cases.public.figures.checked import LastCheck
from cases.public.figures.groups import ALL, CaseGroup, Figure, Span
from cases.public.figures.statistics import PublicStatistics, ToldCount
from cases.public.figures.withholding import Withheld
from web.language.dates import days_words, moment_words
from web.language.gettext import gettext

A_KILOBYTE, A_MEGABYTE = 1000, 1_000_000  # bytes
NAMES: Mapping[str, LazyString] = {
    Figure.RECEIVED: _l("Cases received"),
    Figure.WITH_DESK: _l("With the contact person"),
    Figure.UNDER_WAY: _l("Under way"),
    Figure.PARKED: _l("On hold"),
    Figure.DONE: _l("Done or answered"),
    Figure.DECLINED: _l("Turned down"),
    Figure.MERGED: _l("Merged with another"),
    Figure.ENDED: _l("Cases ended"),
    Figure.LATE: _l("Late"),
    Span.FIRST_ANSWER: _l("Median time to first answer"),
    Span.END: _l("Median time to completion"),
}
DEFINITIONS: Mapping[str, LazyString] = {
    Figure.RECEIVED: _l("All cases that came in during the period, published or not."),
    Figure.WITH_DESK: _l("Those of them that are with the contact person now, and have not been assigned yet."),
    Figure.UNDER_WAY: _l("Those of them that are assigned, planned, begun or waiting for somebody now."),
    Figure.PARKED: _l("Those of them that are on hold until a later day now."),
    Figure.DONE: _l("Those of them that are done or answered. The last ones may still be objected to for two weeks."),
    Figure.DECLINED: _l("Those of them to which the municipality has said no, and why."),
    Figure.MERGED: _l("Those of them that are handled in another case about the same thing."),
    Figure.ENDED: _l("All cases that were done, turned down or merged during the period, whenever they came in. It is the day of the answer that counts, not the closing two weeks later."),  # noqa: E501
    Figure.LATE: _l("Those of them for which the day by which something was to happen has passed. They are also counted where they are now."),  # noqa: E501
    Span.FIRST_ANSWER: _l("Half of those answered had an answer within this time: from the day on which the case came in to the day on which the person who asked was first told what becomes of it. The automatic receipt does not count."),  # noqa: E501
    Span.END: _l("Half of those that have ended had ended within this time: from the day on which the case came in to the day on which it was done, turned down or joined with another."),  # noqa: E501
}  # fmt: skip
# fmt: off
CHECKS_DAILY = _l("Of all cases in the municipality, whatever is chosen above. The independent check runs each morning, and looks for cases without a unit or without a next date.")  # noqa: E501
CHECK_FOUND = _l("Of all cases in the municipality, whatever is chosen above: faults that the independent check found %(when)s, such as a case without a unit or without a next date.")  # noqa: E501
# fmt: on
FORGOTTEN, NOT_CHECKED = _l("Forgotten"), _l("not checked yet")
DIVIDED_BY: Mapping[str, tuple[LazyString, LazyString]] = {
    "place": (_l("By place"), _l("Place")),
    "topic": (_l("By topic"), _l("Topic")),
    "unit": (_l("By unit"), _l("Unit")),
    "perspective": (_l("By perspective"), _l("Perspective")),
    "year": (_l("By year of receipt"), _l("Year")),
    "ended": (_l("By year of ending"), _l("Year")),
}
ONE_YEAR = _l(
    "Choose the year in which cases came in or the one in which they ended. The figures are not counted by both."
)
WHOLE_YEARS = _l("The figures are counted by whole years. Choose a year.")
FOLDED_YEARS: Mapping[Withheld, LazyString] = {
    Withheld.FEW: _l("%(num)s years with fewer than 5 each"),
    Withheld.TO_PROTECT: _l("%(num)s years whose numbers are not shown"),
}
FOLDED: Mapping[str, Mapping[Withheld, LazyString]] = {  # lines without numbers, together
    "year": FOLDED_YEARS,
    "ended": FOLDED_YEARS,
    "topic": {
        Withheld.FEW: _l("%(num)s topics with fewer than 5 each"),
        Withheld.TO_PROTECT: _l("%(num)s topics whose numbers are not shown"),
    },
    "place": {
        Withheld.FEW: _l("%(num)s places with fewer than 5 each"),
        Withheld.TO_PROTECT: _l("%(num)s places whose numbers are not shown"),
    },
    "unit": {
        Withheld.FEW: _l("%(num)s units with fewer than 5 each"),
        Withheld.TO_PROTECT: _l("%(num)s units whose numbers are not shown"),
    },
    "perspective": {
        Withheld.FEW: _l("%(num)s perspectives with fewer than 5 each"),
        Withheld.TO_PROTECT: _l("%(num)s perspectives whose numbers are not shown"),
    },
}
WITHHELD: Mapping[Withheld, LazyString] = {
    Withheld.FEW: _l("fewer than 5"),
    Withheld.TO_PROTECT: _l("not shown"),
}


def forgotten_means(check: LastCheck | None) -> str:
    """Return in a sentence what the figure of the independent check is about; None: before the first check."""
    return str(CHECKS_DAILY) if check is None else str(CHECK_FOUND) % {"when": moment_words(check.at)}


def told_words(told: ToldCount) -> str:
    """Return a count in words: the number, "fewer than 5" or "not shown"."""
    return str(WITHHELD[told.withheld]) if told.withheld else str(told.count)


def decimal_words(number: float) -> str:
    """Return a number as it is written in the language of the page: "34,5" or "34.5", and "34" for a whole one."""
    return str(format_decimal(number, "0.#"))


def size_words(size: int) -> str:
    """Return the size of a file (bytes) in the language of the page, such as "2,0 MB" or "340 kB"."""
    if size < A_MEGABYTE:
        return f"{max(-(-size // A_KILOBYTE), 1)}\u00a0kB"
    return f"{format_decimal(size / A_MEGABYTE, '0.0')}\u00a0MB"


def median_words(days: float | None, group: CaseGroup) -> str:
    """Return a median in words, such as "27 days" or "4,5 dagar"; why there is none, for None."""
    if days is None:
        return gettext("too few to say") if group.narrowed else gettext("none yet")
    return days_words(days) if days == int(days) else gettext("%(days)s days", days=decimal_words(days))


def period_words(statistics: PublicStatistics, group: CaseGroup) -> str:
    """Return the years of the group, of receipt or of the end, such as "2026" or "2023–2026"."""
    first, last = statistics.span_of_years
    for year in (group.year, group.ended):
        if year != ALL:
            return year
    return first if first == last else f"{first}–{last}"
