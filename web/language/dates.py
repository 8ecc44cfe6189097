"""Days and moments as people read them, in the language of the page and in local time."""

from datetime import date, datetime, timedelta

from flask_babel import format_date

from cases.case import Case
from cases.states import CLOCK_OF, RunsOut
from web.current import current
from web.language.gettext import gettext, ngettext

SOON_DAYS = 2
A_MINUTE, AN_HOUR = 60, 3600  # seconds


def day_words(value: date | datetime | str) -> str:
    """Return a day in words, such as "22 november 2026". A datetime stands for its local day; a str is an ISO date."""
    return str(format_date(_local_day(value), "d MMMM y"))


def short_day(value: date | datetime | str) -> str:
    """Return a day in words for a narrow column, such as "22 nov. 2026"."""
    return str(format_date(_local_day(value), "d MMM y"))


def weekday_words(value: date | datetime | str) -> str:
    """Return a day in words with its weekday, such as "söndag 22 november 2026"."""
    return str(format_date(_local_day(value), "EEEE d MMMM y"))


def short_weekday(value: date | datetime | str) -> str:
    """Return a day in short with its weekday, such as "sön 22 nov. 2026"."""
    return str(format_date(_local_day(value), "EEE d MMM y"))


def moment_words(value: datetime) -> str:
    """Return a moment in words, in local time, such as "22 november 2026 kl. 14.05"."""
    local = value.astimezone(current().database.calendar.zone)
    return gettext("%(day)s at %(hour)s.%(minute)s", day=day_words(local), hour=f"{local:%H}", minute=f"{local:%M}")


def hour_words(value: datetime) -> str:
    """Return the local time of day of a moment, rounded up to a whole minute, such as "kl. 14.05"."""
    local = (value + timedelta(seconds=A_MINUTE, microseconds=-1)).astimezone(current().database.calendar.zone)
    return gettext("at %(hour)s.%(minute)s", hour=f"{local:%H}", minute=f"{local:%M}")


def due_words(case: Case, now: datetime) -> str:
    """Return in words how far off the case's due day is, such as "in 5 days" or "3 days late"; "" without a due day."""
    return "" if case.due_at is None else far_off(_days_left(case.due_at, now), late=case.is_overdue(now))


def far_off(days: int, *, late: bool) -> str:
    """Return in words how far off a day is: "in 5 days" or "today".

    For negative `days`: "3 days late" when `late` is true, otherwise "3 days ago".
    """
    if days < 0:
        words = ngettext("%(num)d day late", "%(num)d days late", -days) if late else ""
        return words or ngettext("%(num)d day ago", "%(num)d days ago", -days)
    if days == 0:
        return gettext("today")
    return gettext("tomorrow") if days == 1 else ngettext("in %(num)d day", "in %(num)d days", days)


def due_class(case: Case, now: datetime) -> str:
    """Return the CSS class for the case's due day: "late" when overdue, "soon" within two days, otherwise "quiet"."""
    if case.is_overdue(now):
        return "late"
    has_ladder = CLOCK_OF.get(case.state) is RunsOut.LADDER
    return "soon" if has_ladder and case.due_at and _days_left(case.due_at, now) <= SOON_DAYS else "quiet"


def days_words(days: float | None) -> str:
    """Return a number of days in words, such as "12 dagar"; a dash for None."""
    return "–" if days is None else ngettext("%(num)d day", "%(num)d days", round(days))


def wait_words(seconds: int) -> str:
    """Return how long to wait, in words: "40 seconds", "3 minutes" or "5 hours", rounded up."""
    if seconds < A_MINUTE:
        return ngettext("%(num)d second", "%(num)d seconds", seconds)
    if seconds < 2 * AN_HOUR:
        return ngettext("%(num)d minute", "%(num)d minutes", -(-seconds // A_MINUTE))
    return ngettext("%(num)d hour", "%(num)d hours", -(-seconds // AN_HOUR))


def _days_left(due_at: datetime, now: datetime) -> int:
    return (_local_day(due_at) - _local_day(now)).days


def _local_day(value: date | datetime | str) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return current().database.calendar.day_of(value) if isinstance(value, datetime) else value


FILTERS = {
    "day": day_words,
    "short_day": short_day,
    "weekday": weekday_words,
    "short_weekday": short_weekday,
    "moment": moment_words,
    "due_words": due_words,
    "due_class": due_class,
    "days": days_words,
    "wait_words": wait_words,
    "hour": hour_words,
}
