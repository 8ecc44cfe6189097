"""Working days and local days of Sweden.

Working days are all but Saturdays, Sundays, public holidays and Midsummer's, Christmas and New Year's Eve
(lag 1930:173, lag 1989:253). Moments are aware and in UTC; days are local.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MORNING = time(7)
LAST_SECOND = time(23, 59, 59)
SATURDAY = 5
WEEK = timedelta(weeks=1)
FIRST_YEAR, LAST_YEAR = 1990, 2100


class OutsideCalendar(ValueError):
    """Raised for a day before 1990 or after 2100: its working days are not known."""


@cache
def days_off(year: int) -> dict[date, str]:
    """Return the Swedish public holidays of `year`, and Midsummer's, Christmas and New Year's Eve.

    They are a dict of Swedish name by day. A Sunday is in it only when it is also a holiday.
    """
    import holidays  # costs a fifth of a command's start-up time, and most commands never need it

    return dict(
        holidays.country_holidays(
            "SE", categories=("public", "de_facto"), include_sundays=False, language="sv", years=year
        )
    )


@cache
def _working_days_of(year: int, closed: frozenset[date]) -> tuple[date, ...]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutsideCalendar(f"the year {year} is outside {FIRST_YEAR}-{LAST_YEAR}")
    off = days_off(year)
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(366 if monthrange(year, 2)[1] == 29 else 365))
    return tuple(d for d in days if d.weekday() < SATURDAY and d not in off and d not in closed)


@dataclass(frozen=True)
class Calendar:
    """The calendar of one municipality: its time zone, and its own closed days besides the public holidays.

    The methods on working days raise `OutsideCalendar` for a year before 1990 or after 2100.
    """

    zone: ZoneInfo
    closed: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Return whether this local day is a working day."""
        days = self._days(day.year)
        at = bisect_left(days, day)
        return at < len(days) and days[at] == day

    def roll_forward(self, day: date) -> date:
        """Return `day` when it is a working day, otherwise the next working day (lag 1930:173)."""
        days = self._days(day.year)
        at = bisect_left(days, day)
        return days[at] if at < len(days) else self._days(day.year + 1)[0]

    def add_working_days(self, day: date, count: int) -> date:
        """Return the day that lies `count` working days after `day`, or before it when `count` is negative.

        `day` itself is not counted. A count of 0 returns `day`, or the next working day when `day` is not a working
        day.
        """
        if count == 0:
            return self.roll_forward(day)
        year, days = day.year, self._days(day.year)
        at = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
        while at >= len(days):
            at -= len(days)
            year += 1
            days = self._days(year)
        while at < 0:
            year -= 1
            days = self._days(year)
            at += len(days)
        return days[at]

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start`, up to and including `end`.

        When `end` is before `start`, return minus the number of working days after `end`, up to and including `start`.
        """
        if end < start:
            return -self.working_days_between(end, start)
        return sum(
            bisect_right(self._days(year), min(end, date(year, 12, 31)))
            - bisect_right(self._days(year), max(start, date(year - 1, 12, 31)))
            for year in range(start.year, end.year + 1)
        )

    def day_of(self, moment: datetime) -> date:
        """Return the local day on which this moment falls."""
        return moment.astimezone(self.zone).date()

    def moment_of(self, day: date, at: time) -> datetime:
        """Return the moment (UTC) at which it is this local time on this local day."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def morning_of(self, day: date) -> datetime:
        """Return 07:00 local time on this day, as a moment in UTC: the time of day when rungs fire."""
        return self.moment_of(day, MORNING)

    def end_of(self, day: date) -> datetime:
        """Return 23:59:59 local time on this day, as a moment in UTC: the deadline of whatever is due on this day."""
        return self.moment_of(day, LAST_SECOND)

    def next_morning(self, moment: datetime, hour: time) -> datetime:
        """Return the next moment after `moment`, in UTC, at which it is this local time on a working day."""
        today = self.day_of(moment)
        if self.is_working_day(today) and self.moment_of(today, hour) > moment:
            return self.moment_of(today, hour)
        return self.moment_of(self.add_working_days(today, 1), hour)

    def next_monday(self, moment: datetime, hour: time) -> datetime:
        """Return the next moment after `moment`, in UTC, at which it is this local time on the first day of a week.

        That is its Monday, or the working day that follows when the Monday is none.
        """
        monday = self.day_of(moment) - timedelta(days=self.day_of(moment).weekday())
        mornings = (self.moment_of(self.roll_forward(monday + week * WEEK), hour) for week in range(3))
        return next(morning for morning in mornings if morning > moment)

    def _days(self, year: int) -> tuple[date, ...]:
        return _working_days_of(year, self.closed)


def add_months(day: date, months: int) -> date:
    """Return the day this many months later: the same day of the month or, in a shorter month, the last one.

    January 31 plus one month is the last day of February.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
