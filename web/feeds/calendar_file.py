"""A calendar that other programs subscribe to (iCalendar, RFC 5545)."""

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
    """One entry: `uid` names it for ever, `url` is the page about it. `text` and `where` may be "".

    It is the whole day `on`, unless `span` says when it begins and ends. What was met with as `sequence` is replaced by
    a higher one; `changed` is when that was written (aware), None when it is as old as the calendar.
    """

    uid: str
    on: date
    title: str
    text: str
    url: str
    where: str = ""
    span: tuple[date, date] | None = None
    sequence: int = 0
    changed: datetime | None = None
    cancelled: bool = False


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
    event.add("dtstamp", day.changed or changed)
    first, last = day.span or (day.on, day.on + timedelta(days=1))
    event.add("dtstart", first)
    event.add("dtend", last)
    event.add("summary", _text(day.title))
    for what, text in (("description", day.text), ("location", day.where)):
        if text:
            event.add(what, _text(text))
    event.add("url", day.url)
    if day.sequence:
        event.add("sequence", day.sequence)
        event.add("last-modified", day.changed or changed)
    event.add("status", "CANCELLED" if day.cancelled else "CONFIRMED")
    if day.cancelled or day.span is None:
        event.add("transp", "TRANSPARENT")
    return event


def _text(text: str) -> str:
    return NOT_IN_TEXT.sub("", text.replace("\r\n", "\n").replace("\t", " "))
