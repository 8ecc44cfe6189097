"""The figures are counted anew when something has happened; in a large house at most every ten minutes."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from support.houses.small_house import MONDAY

from cases.public.figures.groups import CaseGroup, Figure
from web.figures import kept

WHOLE = CaseGroup()
SECOND = timedelta(seconds=1)


def received(house, after):
    with house.database.reading() as session:
        found = kept.statistics(house.database, session, MONDAY + after)
        return found.told(WHOLE, Figure.RECEIVED).count, found.at - MONDAY


def test_a_small_house_counts_whatever_happens_at_once(small_house):
    small_house.hand_in()
    assert received(small_house, SECOND) == (1, SECOND)
    assert received(small_house, 2 * SECOND) == (1, SECOND)
    small_house.hand_in()
    assert received(small_house, 3 * SECOND) == (2, 3 * SECOND)
    assert received(small_house, timedelta(minutes=1)) == (2, timedelta(minutes=1))


def test_a_large_house_counts_every_ten_minutes_and_says_when(small_house, monkeypatch):
    monkeypatch.setattr(kept, "LARGE", 0)
    small_house.hand_in()
    assert received(small_house, SECOND) == (1, SECOND)
    small_house.hand_in()
    assert received(small_house, timedelta(minutes=9)) == (1, SECOND)
    assert received(small_house, timedelta(minutes=11)) == (2, timedelta(minutes=11))


@pytest.mark.parametrize("cases", [1, 30])
def test_it_asks_as_often_however_many_cases_there_are(small_house, cases):
    for number in range(cases):
        small_house.hand_in(place=("norrby", "soderby")[number % 2], category="trafik")
    asked = []
    event.listen(small_house.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    received(small_house, SECOND)
    received(small_house, 2 * SECOND)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 6  # how far, three; how far
