"""Reads a day as people type it, in Swedish or English: 2027-04-15, 15 april 2027, 15/4 2027, April 15, 15 apr."""

import re
from datetime import date, timedelta
from unicodedata import normalize

MONTHS = {
    "jan": 1, "januari": 1, "january": 1,
    "feb": 2, "febr": 2, "februari": 2, "february": 2,
    "mar": 3, "mars": 3, "march": 3,
    "apr": 4, "april": 4,
    "maj": 5, "may": 5,
    "jun": 6, "juni": 6, "june": 6,
    "jul": 7, "juli": 7, "july": 7,
    "aug": 8, "augusti": 8, "august": 8,
    "sep": 9, "sept": 9, "september": 9,
    "okt": 10, "oktober": 10, "oct": 10, "october": 10,
    "nov": 11, "november": 11,
    "dec": 12, "december": 12,
}  # fmt: skip
WEEKDAYS = (
    ("måndag", "mån", "monday", "mon"),
    ("tisdag", "tis", "tuesday", "tue", "tues"),
    ("onsdag", "ons", "wednesday", "wed"),
    ("torsdag", "tors", "tor", "thursday", "thu", "thur", "thurs"),
    ("fredag", "fre", "friday", "fri"),
    ("lördag", "lör", "saturday", "sat"),
    ("söndag", "sön", "sunday", "sun"),
)
NAMED = {"idag": 0, "i dag": 0, "today": 0, "imorgon": 1, "i morgon": 1, "imorron": 1, "tomorrow": 1}
WEEKDAY = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
WEEKDAY |= {f"{names[0]}en": number for number, names in enumerate(WEEKDAYS)}  # torsdagen den 15 april
LITTLE_WORDS = ("den ", "the ", "on ")
ISO = re.compile(r"(?P<year>\d{4})(?P<dash>[-./])(?P<month>\d{1,2})(?P=dash)(?P<day>\d{1,2})")
DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
NUMBERS = re.compile(
    r"(?P<day>\d{1,2})(?P<dash>[/.-])(?P<month>\d{1,2})\.?(?:(?P=dash)|[ /,-]+|$)(?P<year>\d{4}|\d{2})?"
)
DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})(?::?[ea](?= )|st|nd|rd|th|\.)? *(?:of +)?(?P<month>[a-z]+)\.?,? *(?P<year>\d{4})?"
)
MONTH_FIRST = re.compile(r"(?P<month>[a-z]+)\.? +(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,? +(?P<year>\d{4}))?")
FORMS = (ISO, DIGITS, NUMBERS, DAY_FIRST, MONTH_FIRST)
THIS_CENTURY = 2000
A_LEAP_DAY_AWAY = 8  # years, at most: 1896 and 1904, 2096 and 2104


class NotADay(ValueError):
    """The text is no day that we can read."""


class NoSuchDay(NotADay):
    """The text is written as a day that no calendar has, such as 31 April."""


class AnotherWeekday(NotADay):
    """The text names a weekday that is not that of its day, which is `day`."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.day = day


def read_day(text: str, *, today: date, has_been: bool = False) -> date:
    """Return the day that the text means. Without a year it is the next such day, today included.

    With `has_been` it is the last one. Numbers are day and month, in that order, unless the year is first. Raises
    `NotADay`; for a day that does not exist `NoSuchDay`, and for a wrong weekday `AnotherWeekday`.
    """
    plain = " ".join(normalize("NFKC", text).lower().split())
    if plain in NAMED:
        return today + timedelta(days=NAMED[plain])
    weekday, rest = _without_weekday(plain)
    found = next(filter(None, (form.fullmatch(rest) for form in FORMS)), None)
    if found is None:
        raise NotADay(text)
    day = _day(found.groupdict(), today, has_been=has_been)
    if weekday is not None and day.weekday() != weekday:
        raise AnotherWeekday(day)
    return day


def _without_weekday(plain: str) -> tuple[int | None, str]:
    first, _, after = plain.partition(" ")
    weekday = WEEKDAY.get(first.rstrip(".,"))
    rest = plain if weekday is None else after
    for word in LITTLE_WORDS:
        rest = rest.removeprefix(word)
    return weekday, rest


def _day(found: dict[str, str | None], today: date, *, has_been: bool) -> date:
    month, day, year = str(found["month"]), int(str(found["day"])), found.get("year")
    number = int(month) if month.isdecimal() else MONTHS.get(month, 0)
    if year is None:
        return _nearest(number, day, today, has_been=has_been)
    return _date(int(year) if len(year) == len("2027") else THIS_CENTURY + int(year), number, day)


def _nearest(month: int, day: int, today: date, *, has_been: bool) -> date:
    way = -1 if has_been else 1
    for distance in range(A_LEAP_DAY_AWAY + 1):
        try:
            found = _date(today.year + way * distance, month, day)
        except NotADay:
            continue
        if (found - today).days * way >= 0:
            return found
    raise NoSuchDay(f"{day}/{month}")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NoSuchDay(str(error)) from None
