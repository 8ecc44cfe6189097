"""The lines of the tables of figures: by year, topic, place, unit and perspective."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from cases.public.figures.groups import ALL, NOT_GIVEN, YEARS, CaseGroup, Figure
from cases.public.figures.statistics import FILTERS, PublicStatistics, ToldCount
from cases.public.figures.withholding import Withheld, divisions
from web.language.figure_words import DIVIDED_BY, FOLDED
from web.language.gettext import gettext, language
from web.language.preference import in_swedish

Names = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Line:
    """One line of a table of figures: its name, the group that it is about, how many cases it has, and its bar.

    `bar` is the width of the bar in percent.
    """

    name: str
    member: str
    group: CaseGroup
    size: ToldCount
    bar: float

    @property
    def url(self) -> str:
        """The path of the page with the figures of this line."""
        named: dict[str, Any] = {**address_of(self.group)}
        return url_for("statistics.show", **named)


def divided_by(group: CaseGroup) -> list[str]:
    """Return the dimensions, such as "topic", by which the cases of the group are divided in tables."""
    free = set(divisions(group, Figure.ENDED))
    return [one for one in DIVIDED_BY if one in free]


def address_of(group: CaseGroup) -> dict[str, str]:
    """Return the filters that stand for the group in an address."""
    return {FILTERS[name]: one for name, one in group._asdict().items() if one != ALL}


def lines_of(counted: PublicStatistics, group: CaseGroup, dimension: str) -> list[Line]:
    """Return a line for each member of the dimension: years newest first, all others with the most cases first."""
    names = names_of(counted)
    groups = {one: group.within(dimension, one) for one in counted.members[dimension]}
    told = {one: counted.told(its, its.all_of_it) for one, its in groups.items()}
    most = max((one.count or 0 for one in told.values()), default=0) or 1
    lines = [
        Line(names[dimension].get(one, one), one, its, told[one], round(100 * (told[one].count or 0) / most, 1))
        for one, its in groups.items()
    ]
    if dimension in YEARS:
        return sorted(lines, key=lambda line: line.member, reverse=True)
    return sorted(lines, key=lambda line: (line.member == NOT_GIVEN, -(line.size.count or 0), in_swedish(line.name)))


@dataclass(frozen=True)
class FoldedLines:
    """The lines of a table as a page shows them: those with numbers, and those without as one line for each reason.

    `folded` has pairs: what is said of them, such as "12 units with fewer than 5 each", and the lines.
    """

    shown: Sequence[Line]
    folded: Sequence[tuple[str, Sequence[Line]]]


def folded(lines: Sequence[Line], dimension: str) -> FoldedLines:
    """Return the lines, with those whose numbers are withheld together where there are several of them."""
    without = {why: [line for line in lines if line.size.withheld is why] for why in Withheld}
    together = {why: those for why, those in without.items() if len(those) > 1}
    shown = [line for line in lines if line.size.withheld not in together]
    said = [(str(FOLDED[dimension][why]) % {"num": len(those)}, those) for why, those in together.items()]
    return FoldedLines(shown, said)


def names_of(counted: PublicStatistics) -> Names:
    """Return the names of units, topics and places by dimension and slug, in the language of the page."""
    english = language() == "en"
    found = {
        dimension: {slug: (english and in_english) or name for slug, (name, in_english) in rows.items()}
        for dimension, rows in counted.names.items()
    }
    missing = {NOT_GIVEN: gettext("Not specified")}
    return {
        **{year: {} for year in YEARS},
        **found,
        "topic": found["topic"] | missing,
        "place": found["place"] | missing,
        "perspective": found["perspective"] | missing,
    }
