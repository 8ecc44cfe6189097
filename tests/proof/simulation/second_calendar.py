"""A second calendar of Sweden's working days and summer time, written from the law to check `cases.calendar`.

It shares no code with it. Lag (1989:253) om allmänna helgdagar names the holidays; 2 § lag (1930:173) om
beräkning av lagstadgad tid puts Saturdays, Midsummer's, Christmas and New Year's Eve beside them; directive 2000/84/EC
says when the clock changes. From 2005 on: before that Whit Monday stood where the National Day stands.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

DAY = timedelta(days=1)
SATURDAY, SUNDAY, FRIDAY = 5, 6, 4
FIXED = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
FROM_EASTER = (-2, 0, 1, 39, 49)  # Good Friday, Easter Day and Monday, Ascension, Whit Sunday
WINTER, SUMMER = timedelta(hours=1), timedelta(hours=2)


def easter(year: int) -> date:
    """Return Easter Day, by the anonymous Gregorian computus."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leaps, rest = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def days_off(year: int) -> frozenset[date]:
    """Return the public holidays and eves that the law names for the year, without ordinary Saturdays and Sundays."""
    moon = easter(year)
    midsummer_eve = _first(date(year, 6, 19), FRIDAY)
    moving = {midsummer_eve, midsummer_eve + DAY, _first(date(year, 10, 31), SATURDAY)}
    return frozenset({date(year, *day) for day in FIXED} | {moon + DAY * n for n in FROM_EASTER} | moving)


def is_working_day(day: date) -> bool:
    """Return whether this is a working day."""
    return day.weekday() < SATURDAY and day not in days_off(day.year)


def rolled(day: date) -> date:
    """Return the day itself when it is a working day, else the next working day."""
    while not is_working_day(day):
        day += DAY
    return day


def later(day: date, count: int) -> date:
    """Return the day `count` working days after `day`, or before it when negative; `day` itself is not counted."""
    step = DAY if count > 0 else -DAY
    while count:
        day += step
        if is_working_day(day):
            count -= 1 if step > timedelta() else -1
    return day


def local_day(moment: datetime) -> date:
    """Return the local day of a moment in Sweden."""
    return (moment.astimezone(UTC) + _ahead(moment.astimezone(UTC))).date()


def end_of(day: date) -> datetime:
    """Return the last second of this day in Sweden, in UTC."""
    naive = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    return naive - _ahead(naive - WINTER)


def _ahead(moment: datetime) -> timedelta:
    """Return the offset from UTC. Summer time holds between 01:00 UTC on the last Sundays of March and October."""
    begins, ends = (_last_sunday(moment.year, month) for month in (3, 10))
    return SUMMER if begins <= moment < ends else WINTER


@cache
def _last_sunday(year: int, month: int) -> datetime:
    sunday = _first(date(year, month, 25), SUNDAY)
    return datetime(year, month, sunday.day, 1, tzinfo=UTC)


def _first(day: date, weekday: int) -> date:
    return day + DAY * ((weekday - day.weekday()) % 7)
