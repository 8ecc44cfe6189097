"""Due days: by when an item of a plan is to be done, from its year and quarter."""

from datetime import date

from cases.calendar import Calendar

A_NEW_YEAR = 10  # the month from which a plan that is begun is for the next year


def plan_year(today: date) -> int:
    """Return the year that a plan begun on this local day is for: the next one from October on."""
    return today.year + (today.month >= A_NEW_YEAR)


def last_day(year: int, quarter: int | None, calendar: Calendar) -> date:
    """Return the last working day of the quarter, or of the year when there is none."""
    next_quarter = date(year, 3 * quarter + 1, 1) if quarter and quarter < 4 else date(year + 1, 1, 1)
    return calendar.add_working_days(next_quarter, -1)


def due_day(year: int, quarter: int | None, *, today: date, calendar: Calendar) -> date:
    """Return the last working day of the year or quarter; of the running quarter when that has passed."""
    last = last_day(year, quarter, calendar)
    if last >= today:
        return last
    running = last_day(today.year, (today.month + 2) // 3, calendar)
    return max(running, today)
