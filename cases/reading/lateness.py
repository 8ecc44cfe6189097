"""How late a case was before, by its history: a new day makes it late no more, but not punctual."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cases.calendar import Calendar
from cases.history.journal import Event
from cases.states import LADDER_STATES, State


def days_late_before(events: Iterable[Event], calendar: Calendar) -> list[int]:
    """Return for how many days the case was late each time, up to an event that gave it another day or state.

    `events` are all of a case, oldest first. A case is late as `Case.is_overdue` says; the time since the last such
    event is not among these.
    """
    found: list[int] = []
    due_at: datetime | None = None
    state = State.RECEIVED
    for event in events:
        if not {"due_at", "state"} & event.changes.keys():
            continue
        if due_at is not None and state in LADDER_STATES and due_at < event.at:
            found.append(max(1, (calendar.day_of(event.at) - calendar.day_of(due_at)).days))
        due_at, state = _due_at(event.changes, due_at), State(event.changes.get("state", state))
    return found


def _due_at(changes: dict[str, Any], before: datetime | None) -> datetime | None:
    if "due_at" not in changes:
        return before
    return datetime.fromisoformat(changes["due_at"]) if changes["due_at"] else None
