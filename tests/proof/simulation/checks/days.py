"""Check the days that events name: each is worked out again from the policy's terms, with the second calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from proof.simulation.second_calendar import later, rolled

DEFAULT_TERMS: dict[str, Any] = {
    "look_days": 2, "answer_days": 8, "progress_days": 40, "waiting_days": 20, "object_calendar_days": 14,
    "rung_days": (5, 5, 10), "repeat_calendar_days": 7,
}  # fmt: skip
DAY_RUNG = 1


@dataclass(frozen=True)
class DatedEvent:
    """An event of a case: its type, its local day, its facts, and the terms of the case's policy."""

    type: str
    day: date
    facts: dict[str, Any]
    terms: dict[str, Any]

    def days(self, name: str) -> Any:
        """Return a term of the policy, or its default: days, or a tuple of days."""
        return self.terms.get(name, DEFAULT_TERMS[name])


def _in_days(name: str) -> Callable[[DatedEvent], date]:
    return lambda event: later(event.day, event.days(name))


def _on_the_day(fact: str) -> Callable[[DatedEvent], date]:
    return lambda event: rolled(date.fromisoformat(event.facts.get("asked_for") or event.facts[fact]))


def _objecting(event: DatedEvent) -> date:
    return rolled(event.day + timedelta(days=event.days("object_calendar_days")))


def next_rung_on(event: DatedEvent) -> date | None:
    """Return the day of the rung after the one that fired; None where it is not checked.

    Not checked are the statutory clock, which counts months, and the rung before the due day.
    """
    rung = event.facts["rung"]
    if event.facts["clock"] == "statutory" or rung < DAY_RUNG:
        return None
    steps = event.days("rung_days")
    if rung - DAY_RUNG < len(steps):
        return later(event.day, steps[rung - DAY_RUNG])
    return rolled(event.day + timedelta(days=event.days("repeat_calendar_days")))


Rule = tuple[str, Callable[[DatedEvent], date | None]]
RULES: dict[str, Rule] = {  # the fact that holds the day, and what it must be
    "case.assigned": ("due_on", _in_days("answer_days")),
    "case.sent_back": ("due_on", _in_days("look_days")),
    "case.taken_up": ("due_on", _in_days("look_days")),
    "case.planned": ("due_on", _on_the_day("due_on")),
    "case.started": ("due_on", _in_days("progress_days")),
    "case.waiting": ("follow_up_on", lambda event: rolled(date.fromisoformat(event.facts["follow_up_on"]))),
    "case.answered": ("due_on", lambda event: rolled(date.fromisoformat(event.facts["due_on"]))),
    "case.parked": ("until", _on_the_day("until")),
    "case.done": ("object_by", _objecting),
    "case.contested": ("due_on", _in_days("answer_days")),
    "case.escalated": ("next_on", next_rung_on),
}


def wrong_day(event: DatedEvent) -> str | None:
    """Return what is wrong with the day that the event names; None when it is right or not checked."""
    if event.type == "case.received" and event.facts["kind"] != "duty":
        expected: date | None = later(event.day, event.days("look_days"))
        fact = "due_on"
    elif event.type in RULES:
        fact, rule = RULES[event.type]
        expected = rule(event)
    else:
        return None
    if expected is None or event.facts[fact] == expected.isoformat():
        return None
    return f"{event.type} on {event.day} says {event.facts[fact]}, the second calendar {expected}"
