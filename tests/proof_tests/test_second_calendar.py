"""The second calendar and the first were written apart; they agree on every day of a century."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cases.calendar import Calendar
from proof.simulation import second_calendar

FIRST, DAYS = date(2005, 1, 1), 34_698  # up to the end of 2099
CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
DAY = timedelta(days=1)


def test_both_calendars_agree_on_every_day_and_on_when_it_ends():
    days = [FIRST + n * DAY for n in range(DAYS)]
    assert [d for d in days if second_calendar.is_working_day(d) != CALENDAR.is_working_day(d)] == []
    assert [d for d in days if second_calendar.end_of(d) != CALENDAR.end_of(d)] == []


def test_both_calendars_count_working_days_alike():
    chance = Random(1)
    for _ in range(5_000):
        day, count = FIRST + (200 + chance.randrange(DAYS - 400)) * DAY, chance.choice([-60, -2, 1, 2, 8, 40, 60])
        assert second_calendar.later(day, count) == CALENDAR.add_working_days(day, count)
        assert second_calendar.rolled(day) == CALENDAR.roll_forward(day)


def test_both_calendars_know_the_local_day_of_any_moment():
    chance = Random(2)
    for _ in range(20_000):
        moment = datetime(2005, 1, 2, tzinfo=UTC) + timedelta(seconds=chance.randrange(DAYS * 86_400 - 200_000))
        assert second_calendar.local_day(moment) == CALENDAR.day_of(moment)


@pytest.mark.parametrize(
    "day",
    [
        date(2028, 1, 6), date(2028, 4, 14), date(2028, 4, 17), date(2028, 5, 1), date(2028, 5, 25), date(2028, 6, 6),
        date(2028, 6, 23), date(2028, 12, 25), date(2027, 12, 31), date(2027, 12, 24), date(2027, 11, 6),
    ],
)  # fmt: skip
def test_nobody_works_on_the_days_that_the_law_names(day: date):
    assert not second_calendar.is_working_day(day)


def test_easter_comes_when_the_almanac_says():
    told = {2008: (3, 23), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2038: (4, 25), 2049: (4, 18), 2076: (4, 19)}
    assert {year: second_calendar.easter(year) for year in told} == {y: date(y, *day) for y, day in told.items()}
