"""I14: one event for each case, clock, cycle and rung, in order, and nothing of the clock's before its moment.

The moment of a clock is what the events before it said.
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
MAY_SKIP = "statutory"  # after an outage only the last warning that has come


@dataclass
class Climbed:
    """What the clocks of one case said before the event at hand, and the rungs that have fired."""

    before: dict[str, Any] = field(default_factory=dict)
    present: dict[str, Any] = field(default_factory=dict)
    fired: dict[tuple[str, int], int] = field(default_factory=dict)  # (clock, cycle) -> the last rung

    def go_on(self, happened: ObservedEvent) -> None:
        """Take what the event changed. Only the first event of an act says it, so that `before` is the whole act's."""
        if happened.changes:
            self.before = dict(self.present)
            self.present |= happened.changes


def rungs_in_order(story: ObservedStory) -> Iterator[str]:
    """Give the rungs that fired twice, out of order or too early, and what else the clock did before its time."""
    if not story.is_of_a_case:
        return
    climbed = Climbed()
    for happened in story.events:
        climbed.go_on(happened)
        if happened.type == ESCALATED:
            yield from (f"{story.name}: {wrong}" for wrong in _wrong_rung(climbed, happened))
        elif happened.actor == "clock" and happened.type in BY_THE_CLOCK:
            yield from (f"{story.name}: {wrong}" for wrong in _too_early(climbed, happened))


def _wrong_rung(climbed: Climbed, happened: ObservedEvent) -> Iterator[str]:
    clock, cycle, rung = (happened.facts[name] for name in ("clock", "cycle", "rung"))
    cycle_name, rung_name, moment_name = CLOCKS[clock]
    last = climbed.fired.get((clock, cycle))
    named = f"rung {rung} of cycle {cycle} on the clock {clock} ({happened.seq})"
    if last is not None and rung <= last:
        yield f"{named} fired after rung {last}"
    if last is not None and rung > last + 1 and clock != MAY_SKIP:
        yield f"{named} left out rung {last + 1}"
    if last is None and rung > 1 and clock != MAY_SKIP:
        yield f"{named} is the first of its cycle"
    if cycle != climbed.before.get(cycle_name, 0):
        yield f"{named} is not of the cycle that runs, {climbed.before.get(cycle_name, 0)}"
    if rung < climbed.before.get(rung_name, 0):
        yield f"{named} fired though rung {climbed.before.get(rung_name, 0)} was next"
    yield from _before(named, climbed.before.get(moment_name), happened.at)
    climbed.fired[clock, cycle] = max(rung, last or 0)


def _too_early(climbed: Climbed, happened: ObservedEvent) -> Iterator[str]:
    moment = climbed.before.get(BY_THE_CLOCK[happened.type])
    yield from _before(f"{happened.type} ({happened.seq})", moment, happened.at)


def _before(named: str, moment: str | None, at: datetime) -> Iterator[str]:
    due = as_moment(moment)
    if due is None:
        yield f"{named} happened though no clock ran"
    elif at < due:
        yield f"{named} happened {at.isoformat()}, before its moment {due.isoformat()}"
