"""Counts below five are not told, and do not follow from what is told."""

import random
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest

from cases.public.figures.groups import ALL, HAS_ENDED, PARTS, CaseGroup, Figure
from cases.public.figures.withholding import LEAST, Withheld, Withholding, divisions

MEMBERS = {
    "year": ["2025", "2026"], "ended": ["2025", "2026"], "unit": ["desk", "gata"], "topic": ["trafik", "vatten", ""],
    "place": ["norrby", "soderby", "vasterby", ""], "perspective": ["newcomers", "young", ""],
}  # fmt: skip


def house(*cases, members=MEMBERS):
    """Return the withholding of these cases, each (year, unit, topic, place, part, is late), and the counts.

    Behind these may stand the year in which it ended, else it ended in that of receipt; and its perspective.
    """
    counts = Counter()
    for year, *of, part, late, ended, perspective in (_whole(one) for one in cases):
        chosen = [CaseGroup(ALL, *one) for one in product(*((one, ALL) for one in of))]
        figures = [part, *([Figure.ENDED] if part in HAS_ENDED else [])]
        for group in (*chosen, CaseGroup(perspective=perspective)):
            if group.is_too_narrow:
                continue
            for of_years in (group._replace(year=year), group):
                counts.update((of_years, one) for one in (Figure.RECEIVED, *figures, *([Figure.LATE] if late else [])))
            if part in HAS_ENDED:
                counts.update((group._replace(ended=ended), one) for one in figures)
    return Withholding(counts, members), counts


def _whole(one):
    return (*one, *(one[0], "")[len(one) - 6 :])


def cases_in(**by_place):
    return [
        ("2026", "gata", "trafik", place, Figure.DONE, False) for place, many in by_place.items() for _ in range(many)
    ]


def told(withholding, counts, **group):
    of = CaseGroup(**group)
    key = (of, of.all_of_it)
    return withholding.of(key) or counts[key]


def test_below_five_is_said_in_words_and_five_in_a_number():
    withholding, counts = house(*cases_in(norrby=4, soderby=5, vasterby=30))
    assert told(withholding, counts, place="norrby") is Withheld.FEW
    assert told(withholding, counts) == 39
    withholding, counts = house(*cases_in(norrby=5, soderby=5, vasterby=30))
    assert told(withholding, counts, place="norrby") == 5


def test_a_perspective_is_counted_by_itself_and_small_ones_do_not_follow_from_the_total():
    views = [*["young"] * 3, *["newcomers"] * 7, *[""] * 20]
    of_all = ("2026", "gata", "trafik", "norrby", Figure.DONE, False, "2026")
    withholding, counts = house(*((*of_all, view) for view in views))
    assert told(withholding, counts) == 30
    assert told(withholding, counts, perspective="young") is Withheld.FEW
    assert told(withholding, counts, perspective="newcomers") is Withheld.TO_PROTECT
    assert told(withholding, counts, perspective="") == 20
    assert told(withholding, counts, perspective="", place="norrby") is Withheld.TO_PROTECT
    assert "perspective" not in divisions(CaseGroup(place="norrby"), Figure.RECEIVED)
    assert set(divisions(CaseGroup(perspective="young"), Figure.RECEIVED)) == {"year"}


def test_a_village_without_cases_looks_like_one_with_few():
    withholding, counts = house(*cases_in(soderby=9))
    assert told(withholding, counts, place="norrby") is Withheld.FEW
    assert told(withholding, counts, place="soderby") == 9


def test_the_next_smallest_is_withheld_with_a_single_small_one():
    withholding, counts = house(*cases_in(norrby=3, soderby=20, vasterby=11))
    assert told(withholding, counts, place="vasterby") is Withheld.TO_PROTECT
    assert told(withholding, counts, place="soderby") == 20


def test_the_rest_of_a_village_is_not_told_by_the_topic_that_has_nearly_all_of_it():
    rest = [("2026", "gata", "vatten", "norrby", Figure.DONE, False)]
    withholding, counts = house(*cases_in(norrby=9, soderby=30), *rest)
    told_of_both = told(withholding, counts, place="norrby", topic="trafik")
    assert told_of_both is Withheld.TO_PROTECT or told(withholding, counts, place="norrby") is Withheld.TO_PROTECT


def test_three_together_are_never_told():
    withholding, counts = house(*cases_in(norrby=90))
    assert told(withholding, counts, place="norrby", topic="trafik") == 90
    assert told(withholding, counts, place="norrby", topic="trafik", unit="gata") is Withheld.TO_PROTECT


def test_so_many_late_that_few_could_be_elsewhere_are_not_told():
    late = [
        ("2026", "gata", "trafik", "norrby", part, True) for part in [Figure.WITH_DESK] * 3 + [Figure.UNDER_WAY] * 8
    ]
    withholding, _ = house(*late, *cases_in(norrby=20, soderby=40))
    assert withholding.of((CaseGroup(place="norrby"), Figure.LATE)) is not None


def test_a_few_that_ended_in_a_year_do_not_follow_from_those_that_came_in():
    ended = [("2025", "gata", "trafik", "norrby", Figure.DONE, False, year) for year in ["2025"] * 9 + ["2026"] * 2]
    withholding, counts = house(*ended, *cases_in(soderby=30))
    assert told(withholding, counts, place="norrby", ended="2026") is Withheld.FEW
    assert told(withholding, counts, place="norrby", ended="2025") is Withheld.TO_PROTECT
    assert told(withholding, counts, place="norrby") == 11
    assert told(withholding, counts, place="soderby") == told(withholding, counts, ended="2026") - 2 == 30


def equations(withholding, counts):
    """Yield each sum that a reader can form, as its hidden terms by sign and what the told ones leave for them."""
    for group in {group for group, _ in counts}:
        lines = [
            ((group, figure), [(group.within(name, one), figure) for one in withholding.members[name]])
            for figure in Figure
            for name in divisions(group, figure)
        ]
        sums = [((group, total), [(group, part) for part in parts]) for total, parts in group.sums]
        for total, parts in [*lines, *sums]:
            row = {part: 1 for part in parts if withholding.of(part)} | ({total: -1} if withholding.of(total) else {})
            left = sum(counts[part] for part in parts if part not in row)
            yield row, (0 if total in row else counts[total]) - left


def found_by_subtraction(withholding, counts):
    """Return the hidden counts above zero that follow from the told ones by adding and subtracting."""
    solved = {}
    for row, left in equations(withholding, counts):
        row, left = {key: Fraction(one) for key, one in row.items()}, Fraction(left)
        while pivot := next((key for key in row if key in solved), None):
            by, (of, its_left) = row[pivot], solved[pivot]
            for key, one in of.items():
                row[key] = row.get(key, Fraction(0)) - by * one
            row, left = {key: one for key, one in row.items() if one}, left - by * its_left
        if row:
            pivot = next(iter(row))
            by = row[pivot]
            row, left = {key: one / by for key, one in row.items()}, left / by
            for key, (of, its_left) in list(solved.items()):
                if factor := of.get(pivot):
                    of = {name: of.get(name, 0) - factor * row.get(name, 0) for name in {*of, *row}}
                    solved[key] = {name: one for name, one in of.items() if one}, its_left - factor * left
            solved[pivot] = row, left
    return [key for key, (row, left) in solved.items() if len(row) == 1 and 0 < left < LEAST]


@pytest.mark.parametrize("seed", range(25))
def test_no_small_count_follows_from_all_that_is_told(seed):
    chance = random.Random(seed)
    members = MEMBERS if seed % 3 else MEMBERS | {"year": ["2026"], "ended": ["2026"]}
    weights = {name: [chance.choice((1, 2, 8)) for _ in ones] for name, ones in members.items()}
    cases = [
        (
            *(chance.choices(members[name], weights[name])[0] for name in CaseGroup._fields[:4]),
            chance.choice(PARTS[: chance.choice((2, 6))]),
            False,
            chance.choices(members["ended"], weights["ended"])[0],
            chance.choices(members["perspective"], weights["perspective"])[0],
        )
        for _ in range(chance.choice((12, 60, 250)))
    ]
    withholding, counts = house(*cases, members=members)
    assert found_by_subtraction(withholding, counts) == []
