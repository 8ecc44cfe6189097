"""I14: each rung fires once per case, clock and cycle, in order, and no rung fires before its moment.

The moment at which a rung is due is taken from the columns that earlier events changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proof.checker.evidence.snapshot import as_moment
from proof.checker.model.stories import ObservedEvent, ObservedStory

CLOCKS = {
    "state": ("cycle", "rung", "rung_at"),
    "life": ("life_cycle", "life_rung", "life_at"),
    "statutory": ("statutory_cycle", "statutory_rung", "statutory_at"),
}
BY_THE_CLOCK = {
    "case.promise_broken": "promise_breaks_at",
    "case.taken_up": "rung_at",
    "case.closed": "rung_at",
}
ESCALATED = "case.escalated"
MAY_SKIP = "statutory"  # after an outage only the latest of the warnings that are due fires


@dataclass
class ClocksOfCase:
    """The clock columns of one case before and after the change that is looked at, and the rungs that have fired."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    fired: dict[tuple[str, int], int] = field(default_factory=dict)  # (clock, cycle) -> the last rung

    def apply(self, event: ObservedEvent) -> None:
        """Apply the event's changes; only the first event of an act has any, so `before` holds for all."""
        if event.changes:
            self.before = dict(self.after)
            self.after |= event.changes


def rungs_in_order(story: ObservedStory) -> Iterator[str]:
    """Yield rungs that fired twice, out of order or too early, and other acts of the clock before their moment."""
    if not story.is_of_a_case:
        return
    clocks = ClocksOfCase()
    for event in story.events:
        clocks.apply(event)
        if event.type == ESCALATED:
            yield from (f"{story.name}: {problem}" for problem in _problems_of_rung(clocks, event))
        elif event.actor == "clock" and event.type in BY_THE_CLOCK:
            yield from (f"{story.name}: {problem}" for problem in _too_early(clocks, event))
            if event.type == "case.closed" and clocks.before.get("unread_reply") is not None:
                yield f"{story.name}: was closed ({event.seq}) though nobody had read the reply"


def _problems_of_rung(clocks: ClocksOfCase, event: ObservedEvent) -> Iterator[str]:
    clock, cycle, rung = (event.facts[name] for name in ("clock", "cycle", "rung"))
    cycle_name, rung_name, moment_name = CLOCKS[clock]
    last = clocks.fired.get((clock, cycle))
    label = f"rung {rung} of cycle {cycle} on the clock {clock} ({event.seq})"
    if last is not None and rung <= last:
        yield f"{label} fired after rung {last}"
    if last is not None and rung > last + 1 and clock != MAY_SKIP:
        yield f"{label} left out rung {last + 1}"
    if last is None and rung > 1 and clock != MAY_SKIP:
        yield f"{label} is the first of its cycle"
    if cycle != clocks.before.get(cycle_name, 0):
        yield f"{label} is not of the cycle that runs, {clocks.before.get(cycle_name, 0)}"
    if rung < clocks.before.get(rung_name, 0):
        yield f"{label} fired though rung {clocks.before.get(rung_name, 0)} was next"
    yield from _not_due_yet(label, clocks.before.get(moment_name), event.at)
    clocks.fired[clock, cycle] = max(rung, last or 0)


def _too_early(clocks: ClocksOfCase, event: ObservedEvent) -> Iterator[str]:
    moment = clocks.before.get(BY_THE_CLOCK[event.type])
    yield from _not_due_yet(f"{event.type} ({event.seq})", moment, event.at)


def _not_due_yet(label: str, moment: str | None, at: datetime) -> Iterator[str]:
    due = as_moment(moment)
    if due is None:
        yield f"{label} happened though no clock ran"
    elif at < due:
        yield f"{label} happened {at.isoformat()}, before its moment {due.isoformat()}"
