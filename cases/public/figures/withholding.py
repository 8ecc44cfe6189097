"""Which counts are not told: those below five, and as many others as keep them from being found by subtraction.

This is cell suppression, primary and secondary (Statistical Disclosure Control, Hundepool et al. 2012, chapter 4). The
counts of the whole municipality are always told. Counts stand in lines: a count is the sum of those of its years (of
receipt, or of the end), units, topics, places, perspectives or states. In each line, what is not told must add up to
at least five or to nothing, and no count in it may follow from the others. A count that is withheld in one line is
withheld in all.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from cases.public.figures.groups import ALL, MOST_NARROWED, OF_ENDED, YEARS, CaseGroup, Figure, Key, Members

LEAST = 5


class Withheld(StrEnum):
    """Why a count is not told: it is below five, or another one that is could be found from it."""

    FEW = "fewer_than_5"
    TO_PROTECT = "withheld"


def divisions(group: CaseGroup, figure: Figure) -> Iterable[str]:
    """Return the dimensions by which this figure of the group is told divided further.

    It is divided by one year at most: that of receipt or, of what has ended, that of the end.
    """
    names = CaseGroup._fields if group.narrowed < MOST_NARROWED and group.perspective == ALL else YEARS
    of_no_year = all(getattr(group, name) == ALL for name in YEARS)
    unfit = {name for name in YEARS if not of_no_year} | ({"ended"} if figure not in OF_ENDED else set())
    unfit |= {"perspective"} if group.narrowed else set()
    return [name for name in names if name not in unfit and getattr(group, name) == ALL]


class Withholding:
    """Decides which counts are told. `counts` has those above zero, `members` the members of each dimension."""

    def __init__(self, counts: Mapping[Key, int], members: Members) -> None:
        self.counts, self.members = counts, members
        self._withheld: set[Key] = set()
        while self._went_through_lines():
            pass

    def of(self, key: Key) -> Withheld | None:
        """Return why this count is not told; None when it is."""
        group = key[0]
        if group.is_too_narrow or key in self._withheld:
            return Withheld.TO_PROTECT
        return Withheld.FEW if group.narrowed and self._count(key) < LEAST else None

    def _count(self, key: Key) -> int:
        return self.counts.get(key, 0)

    def _went_through_lines(self) -> bool:
        before = len(self._withheld)
        for total, parts in self._lines():
            self._protect(total, parts)
        for group, figure in self.counts:
            if figure is Figure.LATE and self.of((group, figure)) is None and self._tells_of_parts(group):
                self._withheld.add((group, figure))
        return len(self._withheld) > before

    def _lines(self) -> Iterator[tuple[Key, list[Key]]]:
        for group, figure in self.counts:
            for dimension in divisions(group, figure):
                yield (
                    (group, figure),
                    [(group.within(dimension, one), figure) for one in self.members.get(dimension, ())],
                )
            for total, parts in group.sums:
                if total is figure:
                    yield (group, figure), [(group, part) for part in parts]

    def _protect(self, total: Key, parts: list[Key]) -> None:
        """Withhold more of the line, the smallest first, until nothing in it follows from what is told."""
        told = sorted((part for part in parts if self.of(part) is None), key=self._count, reverse=True)
        while not self._is_safe(total, parts):
            if told:
                self._withheld.add(told.pop())
            else:
                self._withheld.update(parts)  # not even that they are few: with this sum that would tell too much
                if len(parts) == 1 and total[0].narrowed:
                    self._withheld.add(total)
                return

    def _is_safe(self, total: Key, parts: list[Key]) -> bool:
        hidden = [part for part in parts if self.of(part) is not None]
        if self.of(total) is not None:  # it must not be the sum of what is told
            return bool(hidden) or not parts
        rest = sum(map(self._count, hidden))
        if not rest or (len(hidden) == len(parts) > 1 and rest < LEAST):
            return True  # nobody is hidden, or no more is said than that the sum itself is small
        return len(hidden) > 1 and rest >= LEAST and self._leaves_open(hidden, rest)

    def _leaves_open(self, hidden: list[Key], rest: int) -> bool:
        """Return whether the counts said to be few could have other values, when the hidden ones add up to `rest`."""
        others = [part for part in hidden if part in self._withheld]
        few = len(hidden) - len(others)
        if not few:
            return True
        most = min(LEAST - 1, rest - LEAST * len(others))
        least = 0 if others else max(0, rest - (LEAST - 1) * (few - 1))
        return most > least

    def _tells_of_parts(self, group: CaseGroup) -> bool:
        """Return whether so many are late that it would tell of a hidden count: all of them are in these two."""
        parts = [(group, figure) for figure in (Figure.WITH_DESK, Figure.UNDER_WAY)]
        told = [part for part in parts if self.of(part) is None]
        return len(told) < len(parts) and self._count((group, Figure.LATE)) > sum(map(self._count, told))
