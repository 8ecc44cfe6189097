"""The calendar file (iCalendar, RFC 5545) that goes with a letter about a meeting: one entry, the same for ever."""

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from notifications.row_types import EventForLetter, MeetingTold

PRODUCT = "-//Ventil//Ventil//SV"
USUAL_LENGTH = timedelta(hours=2)  # of a meeting whose beginning is known


def meeting_uid(number: int, domain: str) -> str:
    """Return what names the meeting in every calendar for ever. `domain` is that of the sender of letters."""
    return f"meeting-{number}@{domain}"


def meeting_span(on: date, begins: datetime | None) -> tuple[date, date]:
    """Return when a meeting begins and ends: two moments, or the day and the one after when no time is known."""
    return (on, on + timedelta(days=1)) if begins is None else (begins, begins + USUAL_LENGTH)


def calendar_entry(event: EventForLetter, meeting: MeetingTold, *, domain: str, url: str) -> str:
    """Return the calendar with the meeting as this event tells of it. A later one replaces it in the reader's calendar.

    Without a time of the day it is a whole day. `url` is the meeting's page.
    """
    entry, starts_at = Event(), event.facts.get("starts_at")
    begins = datetime.fromisoformat(starts_at) if starts_at else None
    first, last = meeting_span(date.fromisoformat(event.facts["on"]), begins)
    for what, value in (
        ("uid", meeting_uid(meeting.id, domain)), ("dtstamp", event.at), ("sequence", event.id),
        ("dtstart", first), ("dtend", last), ("summary", meeting.name), ("location", meeting.where), ("url", url),
        ("status", "CANCELLED" if event.type == "meeting.cancelled" else "CONFIRMED"),
    ):  # fmt: skip
        if value is not None:
            entry.add(what, value)
    calendar = Calendar()
    for what, value in (("version", "2.0"), ("prodid", PRODUCT), ("method", "PUBLISH")):
        calendar.add(what, value)
    calendar.add_component(entry)
    return bytes(calendar.to_ical()).decode()
