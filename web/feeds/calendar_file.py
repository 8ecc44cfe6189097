"""A calendar of whole days that other programs subscribe to (iCalendar, RFC 5545)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar"
NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0B-\x1F\x7F]")
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
    calendar = Calendar()
    for what, value in (
        ("version", "2.0"), ("prodid", PRODUCT), ("calscale", "GREGORIAN"), ("method", "PUBLISH"),
        ("name", _text(name)), ("x-wr-calname", _text(name)),
    ):  # fmt: skip
        calendar.add(what, value)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for day in days:
        calendar.add_component(_event(day, changed))
    return bytes(calendar.to_ical())


def _event(day: CalendarDay, changed: datetime) -> Event:
    event = Event()
    event.add("uid", day.uid)
    event.add("dtstamp", changed)
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("summary", _text(day.title))
    for what, text in (("description", day.text), ("location", day.where)):
        if text:
            event.add(what, _text(text))
    event.add("url", day.url)
    event.add("transp", "TRANSPARENT")
    return event


def _text(text: str) -> str:
    return NOT_IN_TEXT.sub("", text.replace("\r\n", "\n").replace("\t", " "))
