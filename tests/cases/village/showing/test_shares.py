"""The share of a plan that is done, in whole percent."""

from collections import Counter

import pytest

from cases.village.showing.tallies import ItemStanding, PlanTally


@pytest.mark.parametrize(
    ("done", "total", "percent"),
    [(8, 11, 73), (1, 3, 33), (2, 3, 67), (1, 8, 13), (199, 200, 99), (3, 3, 100), (0, 3, 0), (0, 0, 0)],
)
def test_a_share_is_rounded_and_is_whole_only_when_all_is_done(done: int, total: int, percent: int) -> None:
    tally = PlanTally(Counter({ItemStanding.DONE: done, ItemStanding.PLANNED: total - done}))
    assert tally.percent_done == percent
