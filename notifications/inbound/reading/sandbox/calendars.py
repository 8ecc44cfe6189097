"""An invitation (RFC 5545) as lines that can be read: what, when, where, and what is written about it."""

from datetime import datetime
from typing import Any

MOST_EVENTS = 10


def invitation_text(calendar: str) -> str:
    """Return the events of a calendar, each as lines; the calendar as it is when it cannot be read."""
    import icalendar  # takes 200 ms to import, and few mails need it

    try:
        events = icalendar.Calendar.from_ical(calendar).walk("VEVENT")[:MOST_EVENTS]
        return "\n\n".join(_lines(event) for event in events)
    except (ValueError, KeyError, AttributeError, TypeError):
        return calendar


def _lines(event: Any) -> str:
    times = [_moment(event[name].dt) for name in ("DTSTART", "DTEND") if name in event]
    lines = [event.get("SUMMARY", ""), " – ".join(times), event.get("LOCATION", ""), event.get("DESCRIPTION", "")]
    return "\n".join(text for line in lines if (text := str(line).strip()))


def _moment(value: Any) -> str:
    """Return a day as 2026-12-01, a time as 2026-12-01 18:00 with its zone as it is written."""
    return f"{value:%Y-%m-%d %H:%M %Z}".strip() if isinstance(value, datetime) else str(value)
