"""Due days a second time: what each event says is worked out again, with the second calendar and the policy's days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from proof.simulation.second_calendar import later, rolled

USUAL: dict[str, Any] = {
    "look_days": 2, "answer_days": 8, "progress_days": 40, "waiting_days": 20, "object_calendar_days": 14,
    "rung_days": (5, 5, 10), "repeat_calendar_days": 7,
}  # fmt: skip
DAY_RUNG = 1


@dataclass(frozen=True)
class DatedEvent:
    """An event of a case: its type, the local day, its facts, and the days of the case's policy."""

    type: str
    day: date
    facts: dict[str, Any]
    terms: dict[str, Any]

    def days(self, name: str) -> Any:
        """Give what the policy says, or what is usual."""
        return self.terms.get(name, USUAL[name])


def _in_days(name: str) -> Callable[[DatedEvent], date]:
    return lambda told: later(told.day, told.days(name))


def _on_the_day(fact: str) -> Callable[[DatedEvent], date]:
    return lambda told: rolled(date.fromisoformat(told.facts.get("asked_for") or told.facts[fact]))


def _objecting(told: DatedEvent) -> date:
    return rolled(told.day + timedelta(days=told.days("object_calendar_days")))


def next_rung_on(told: DatedEvent) -> date | None:
    """Give the day of the rung after the one that fired; None for the law's own clock, which counts months."""
    rung = told.facts["rung"]
    if told.facts["clock"] == "statutory" or rung < DAY_RUNG:
        return None
    steps = told.days("rung_days")
    if rung - DAY_RUNG < len(steps):
        return later(told.day, steps[rung - DAY_RUNG])
    return rolled(told.day + timedelta(days=told.days("repeat_calendar_days")))


Rule = tuple[str, Callable[[DatedEvent], date | None]]
RULES: dict[str, Rule] = {  # the fact that holds the day, and what it must be
    "case.assigned": ("due_on", _in_days("answer_days")),
    "case.sent_back": ("due_on", _in_days("look_days")),
    "case.taken_up": ("due_on", _in_days("look_days")),
    "case.planned": ("due_on", _on_the_day("due_on")),
    "case.started": ("due_on", _in_days("progress_days")),
    "case.waiting": ("follow_up_on", lambda told: rolled(date.fromisoformat(told.facts["follow_up_on"]))),
    "case.answered": ("due_on", lambda told: rolled(date.fromisoformat(told.facts["due_on"]))),
    "case.parked": ("until", _on_the_day("until")),
    "case.done": ("object_by", _objecting),
    "case.contested": ("due_on", _in_days("answer_days")),
    "case.escalated": ("next_on", next_rung_on),
}


def wrong_day(told: DatedEvent) -> str | None:
    """Say what is wrong with the day that the event tells; None when it is right."""
    if told.type == "case.received" and told.facts["kind"] != "duty":
        expected: date | None = later(told.day, told.days("look_days"))
        fact = "due_on"
    elif told.type in RULES:
        fact, rule = RULES[told.type]
        expected = rule(told)
    else:
        return None
    if expected is None or told.facts[fact] == expected.isoformat():
        return None
    return f"{told.type} on {told.day} says {told.facts[fact]}, the second calendar {expected}"
