"""Days and moments as files write them: ISO 8601 and the Swedish ways, which are never read as something else."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

DAY = (
    r"(?P<year>\d{4})(?:-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"|/(?P<month2>\d\d?)/(?P<day2>\d\d?)|(?P<month3>\d\d)(?P<day3>\d\d)|\.(?P<month4>\d\d?)\.(?P<day4>\d\d?))"
)
MONTHS = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
MONTH = (
    r"jan(?:uari)?|feb(?:ruari)?|mars?|apr(?:il)?|maj|juni?|juli?|aug(?:usti)?|sept?(?:ember)?|okt(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?"
)
WEEK_DAYS = "(?:mån|tis|ons|tors?|fre|lör|sön)(?:dag)?(?:en)?"
DAY_IN_WORDS = (
    rf"(?:{WEEK_DAYS}\.?,?\s+)?(?:den\s+)?(?P<day5>\d\d?)(?::?e)?\s*(?P<month_name>{MONTH})\.?,?\s+(?P<year5>\d{{4}})"
)
WEEK_DAY = r"(?P<week>\d{4}-?W\d\d-?[1-7])"
OFFSET = r"(?P<offset>Z|[+-]\d\d(?::?\d\d)?)"
FRACTION = r"(?:[.,](?P<fraction>\d{1,9}))?"
CLOCK = rf"(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d){FRACTION})?"
COMPACT_CLOCK = CLOCK.replace("[:.]", "").replace(r"\d\d?", r"\d\d").replace("?P<", "?P<compact_")
MOMENT = re.compile(
    rf"(?:{DAY}|{WEEK_DAY}|{DAY_IN_WORDS})(?:(?:T|,?\s+(?:(?:klockan|kl\.?)\s*)?)(?:{CLOCK}|{COMPACT_CLOCK})\s*{OFFSET}?)?",
    re.ASCII | re.IGNORECASE,
)
HOUR_OF = re.compile(r"%[HIcXTRs]")  # what a format of `strptime` holds when it tells the hour


@dataclass(frozen=True, slots=True)
class WrittenMoment:
    """A moment as a text tells it. `value` has a time zone only if the text has one, and is 00:00 if it has no hour."""

    value: datetime
    has_hour: bool


def read_moment(text: str, formats: tuple[str, ...] = ()) -> WrittenMoment:
    """Return the moment that the text tells, by the first of the formats (`strptime`) that fits it, or by ours.

    Ours are ISO 8601 (calendar and week dates), with a full stop for a colon and `kl.` or `klockan` before the hour as
    in Sweden (2024-05-03 14.22 is 14:22), slashes or full stops in a day that begins with the year, and the month in
    Swedish (3 maj 2024). 24:00 is the end of the day. Any blank is a space, one that does not break too. Raises
    `ValueError` for any other text: 3/5/24 is the third of May or the fifth of March.
    """
    for form in formats:
        try:
            return WrittenMoment(datetime.strptime(text, form), bool(HOUR_OF.search(form)))  # noqa: DTZ007 - no zone yet
        except ValueError:
            continue
    found = MOMENT.fullmatch(" ".join(text.split()))
    if found is None:
        raise ValueError(f"{text!r} is no moment")
    parts = found.groupdict()
    hour = parts["hour"] or parts["compact_hour"]
    day = datetime.combine(_day(parts), time.min, tzinfo=_zone(parts["offset"]))
    return WrittenMoment(day + _clock(parts) if hour else day, bool(hour))


def is_moment(text: str, formats: tuple[str, ...] = ()) -> bool:
    """Return whether `read_moment` can read the text."""
    try:
        read_moment(text, formats)
    except (ValueError, OverflowError):
        return False
    return True


def _day(parts: dict[str, str | None]) -> date:
    if week_day := parts["week"]:
        return date.fromisoformat(week_day.upper())
    if name := parts["month_name"]:
        return date(int(parts["year5"] or 0), MONTHS.index(name[:3].lower()) + 1, int(parts["day5"] or 0))
    month, day = (
        parts[name] or parts[f"{name}2"] or parts[f"{name}3"] or parts[f"{name}4"] for name in ("month", "day")
    )
    return date(int(parts["year"] or 0), int(month or 0), int(day or 0))


def _clock(parts: dict[str, str | None]) -> timedelta:
    names = ("hour", "minute", "second", "fraction")
    hour, minute, second, fraction = (parts[name] or parts[f"compact_{name}"] or "0" for name in names)
    micros = int(fraction[:6].ljust(6, "0"))
    if (int(hour), int(minute), int(second), micros) == (24, 0, 0, 0):
        return timedelta(days=1)
    clock = time(int(hour), int(minute), int(second), micros)
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=micros)


def _zone(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    if offset in {"Z", "z"}:
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59:
        raise ValueError(f"{offset} is no offset of a time zone")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-away if offset[0] == "-" else away)
