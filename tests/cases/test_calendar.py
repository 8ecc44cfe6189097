"""Working days of Sweden, against a second implementation that is written here, from the law and by another road."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.houses.small_house import CALENDAR

from cases.calendar import Calendar, OutsideCalendar, add_months

DAY = timedelta(days=1)
ANY_DAY = st.dates(date(1991, 1, 1), date(2099, 12, 31))
NORMAL_DAY = st.dates(date(2000, 1, 1), date(2050, 12, 31))


# --- the second implementation ---------------------------------------------------------------


def easter(year: int) -> date:
    """Easter Sunday by Gauss's rule, with both of its exceptions."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    m = (15 - (13 + 8 * k) // 25 + k - k // 4) % 30
    n = (4 + k - k // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        return date(year, 4, 19)
    if d == 28 and e == 6 and (11 * m + 11) % 30 < 19:
        return date(year, 4, 18)
    return date(year, 3, 22) + timedelta(days=d + e)


def first(weekday: int, since: date) -> date:
    return since + timedelta(days=(weekday - since.weekday()) % 7)


def is_off(day: date) -> bool:
    """Lag 1989:253 and 1930:173, word by word. Since 2005 6 June is a public holiday, and Whit Monday is not."""
    year, sunday = day.year, easter(day.year)
    midsummer = first(5, date(year, 6, 20))
    fixed = {(1, 1), (1, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
    moving = {sunday - 2 * DAY, sunday, sunday + DAY, sunday + 39 * DAY, sunday + 49 * DAY, midsummer - DAY, midsummer}
    moving.add(first(5, date(year, 10, 31)))
    moving.add(date(year, 6, 6) if year >= 2005 else sunday + 50 * DAY)
    return day.weekday() >= 5 or (day.month, day.day) in fixed or day in moving


def walked(day: date, count: int) -> date:
    """Step one day at a time."""
    step = DAY if count > 0 else -DAY
    while count:
        day += step
        count -= 0 if is_off(day) else (1 if count > 0 else -1)
    return day


# --- the two agree ----------------------------------------------------------------------------


@pytest.mark.parametrize("decade", range(1990, 2101, 10))
def test_each_day_is_a_working_day_or_not_as_the_law_says(decade: int) -> None:
    day = date(decade, 1, 1)
    while day.year < min(decade + 10, 2101):
        assert CALENDAR.is_working_day(day) is not is_off(day), day
        day += DAY


@given(ANY_DAY, st.integers(-260, 260).filter(bool))
def test_adding_working_days_is_walking_them(day: date, count: int) -> None:
    assert CALENDAR.add_working_days(day, count) == walked(day, count)


@given(ANY_DAY)
def test_a_day_off_rolls_forward_to_the_next_working_day(day: date) -> None:
    rolled = CALENDAR.roll_forward(day)
    assert rolled == CALENDAR.add_working_days(day, 0) == (walked(day, 1) if is_off(day) else day)


@given(NORMAL_DAY, st.integers(-300, 300))
def test_working_days_between_counts_what_adding_added(day: date, count: int) -> None:
    start = CALENDAR.roll_forward(day)
    assert CALENDAR.working_days_between(start, CALENDAR.add_working_days(start, count)) == count


@given(NORMAL_DAY, st.integers(1, 200))
def test_going_back_is_the_way_that_was_come(day: date, count: int) -> None:
    start = CALENDAR.roll_forward(day)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(start, count), -count) == start


# --- days that people remember ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "after", "wanted"),
    [
        (date(2026, 4, 2), 1, date(2026, 4, 7)),  # Maundy Thursday: the next working day is Tuesday
        (date(2026, 6, 18), 1, date(2026, 6, 22)),  # Midsummer's Eve and Day
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 12, 30), 1, date(2027, 1, 4)),
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 1, date(2028, 3, 1)),
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension Day; the Friday after is a working day
        (date(2026, 3, 2), -1, date(2026, 2, 27)),
    ],
)
def test_working_days_around_what_everybody_knows(day: date, after: int, wanted: date) -> None:
    assert CALENDAR.add_working_days(day, after) == wanted


def test_days_on_which_the_house_is_closed_are_no_working_days() -> None:
    closed = Calendar(ZoneInfo("Europe/Stockholm"), frozenset({date(2026, 5, 15)}))
    assert closed.add_working_days(date(2026, 5, 13), 1) == date(2026, 5, 18)
    assert CALENDAR.is_working_day(date(2026, 5, 15))


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2101, 1, 1)])
def test_years_that_nobody_has_looked_at_are_refused(day: date) -> None:
    with pytest.raises(OutsideCalendar):
        CALENDAR.is_working_day(day)


# --- local days and the clock's changes --------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "morning", "end"),
    [
        (date(2026, 3, 28), (2026, 3, 28, 6), (2026, 3, 28, 22)),
        (date(2026, 3, 29), (2026, 3, 29, 5), (2026, 3, 29, 21)),  # 23 hours long
        (date(2026, 10, 24), (2026, 10, 24, 5), (2026, 10, 24, 21)),
        (date(2026, 10, 25), (2026, 10, 25, 6), (2026, 10, 25, 22)),  # 25 hours long
    ],
)
def test_a_morning_is_seven_by_the_clock_on_the_wall(day: date, morning: tuple[int, ...], end: tuple[int, ...]) -> None:
    assert CALENDAR.morning_of(day) == datetime(*morning, tzinfo=UTC)
    assert CALENDAR.end_of(day) == datetime(*end, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 6, 30, 22, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), date(2026, 3, 29)),
    ],
)
def test_a_moment_lies_on_its_local_day(moment: datetime, day: date) -> None:
    assert CALENDAR.day_of(moment) == day


@given(ANY_DAY)
def test_every_local_day_begins_with_its_morning_and_ends_with_its_end(day: date) -> None:
    morning, end = CALENDAR.morning_of(day), CALENDAR.end_of(day)
    assert CALENDAR.day_of(morning) == CALENDAR.day_of(end) == day
    assert CALENDAR.day_of(end + timedelta(seconds=1)) == day + DAY
    assert timedelta(hours=15) < end - morning < timedelta(hours=19)


@pytest.mark.parametrize(
    ("day", "months", "wanted"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: date, months: int, wanted: date) -> None:
    assert add_months(day, months) == wanted
