"""For which year a plan is begun."""

from datetime import date

import pytest

from cases.village.plans.due_days import plan_year


@pytest.mark.parametrize(
    ("day", "year"), [((2026, 1, 1), 2026), ((2026, 9, 30), 2026), ((2026, 10, 1), 2027), ((2026, 11, 29), 2027)]
)
def test_a_plan_begun_in_the_autumn_is_for_the_next_year(day: tuple[int, int, int], year: int) -> None:
    assert plan_year(date(*day)) == year
