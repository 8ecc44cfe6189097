"""The calendar file (iCalendar, RFC 5545) that goes with a letter about a meeting: one entry, the same for ever."""

from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

from notifications.row_types import EventForLetter, MeetingTold

PRODUCT = "-//Ventil//Ventil//SV"
USUAL_LENGTH = timedelta(hours=2)  # of a meeting whose beginning is known


def calendar_entry(event: EventForLetter, meeting: MeetingTold, *, domain: str, url: str | None) -> str:
    """Return the calendar with the meeting as this event tells of it. A later one replaces it in the reader's calendar.

    Without a time of the day it is a whole day. `url` is the meeting's page, for those who can log in.
    """
    entry, starts_at = Event(), event.facts.get("starts_at")
    on = date.fromisoformat(event.facts["on"])
    first, last = on, on + timedelta(days=1)
    if starts_at:
        begins = datetime.fromisoformat(starts_at)
        first, last = begins, begins + USUAL_LENGTH
    for what, value in (
        ("uid", f"meeting-{meeting.id}@{domain}"), ("dtstamp", event.at), ("sequence", event.id),
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
