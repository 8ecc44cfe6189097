"""A calendar of whole days that other programs subscribe to (iCalendar, RFC 5545).

Whole days have no time zone, and nobody is invited to them: it takes these lines and no library.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

MEDIA_TYPE = "text/calendar"
LONGEST = 75  # octets of a line, without its end
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
NOT_IN_TEXT = re.compile(r"[\x00-\x09\x0B-\x1F\x7F]")
PRODUCT = "-//Ventil//Ventil//SV"


@dataclass(frozen=True)
class CalendarDay:
    """One whole day: `uid` names it for ever, `url` is the page about it. `text` and `where` may be ""."""

    uid: str
    on: date
    title: str
    text: str
    url: str
    where: str = ""


def write_calendar(name: str, days: Sequence[CalendarDay], changed: datetime) -> bytes:
    """Return the calendar with this name in UTF-8, as it has been since the moment `changed` (aware)."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}", "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        *(line for day in days for line in _lines(day, f"{changed.astimezone(UTC):%Y%m%dT%H%M%SZ}")),
        "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(_folded(lines)).encode()


def _lines(day: CalendarDay, changed: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{day.uid}"
    yield f"DTSTAMP:{changed}"
    yield f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(day.title)}"
    if day.text:
        yield f"DESCRIPTION:{_text(day.text)}"
    if day.where:
        yield f"LOCATION:{_text(day.where)}"
    yield f"URL:{day.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(text: str) -> str:
    return NOT_IN_TEXT.sub("", text.replace("\r\n", "\n").replace("\t", " ")).translate(ESCAPED)


def _folded(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines with their ends; a long one goes on after a space, and no sign is cut in two."""
    for line in lines:
        part, octets = "", 0
        for sign in line:
            size = len(sign.encode())
            if octets + size > LONGEST:
                yield f"{part}\r\n"
                part, octets = " ", 1
            part, octets = part + sign, octets + size
        yield f"{part}\r\n"
