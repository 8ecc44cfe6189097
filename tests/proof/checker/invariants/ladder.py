"""I14, the other half: every rung sets the next one, at a distance from the day on which it fired.

Worked out with weekdays alone: days off can only push a rung further ahead, and never by more than a few weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from proof.checker.evidence.snapshot import Snapshot, as_json, as_moment
from proof.checker.invariants.rungs import CLOCKS, ESCALATED
from proof.checker.model.stories import ObservedEvent, ObservedStory

POLICIES = "SELECT id, terms FROM policy"
WORKING_DAYS_BETWEEN = (5, 5, 10)  # where a policy does not say otherwise
THEN_EVERY = 7  # calendar days
MOST_DAYS_OFF = timedelta(days=21)
MONDAY_TO_FRIDAY = range(5)
LADDERS = ("state", "life")


@dataclass(frozen=True)
class Ladders:
    """The distances between rungs, by policy, in the house's time zone."""

    terms: dict[int, dict[str, Any]]
    zone: ZoneInfo

    def earliest(self, policy: int | None, rung: int, fired_on: date, due_on: date) -> date:
        """Give the first day on which the rung after this one may fire."""
        terms = self.terms.get(policy or 0, {})
        between = terms.get("rung_days", WORKING_DAYS_BETWEEN)
        if rung == 0:
            return due_on
        if rung <= len(between):
            return _weekdays_after(fired_on, between[rung - 1])
        return fired_on + timedelta(days=terms.get("repeat_calendar_days", THEN_EVERY))


def read_ladders(snapshot: Snapshot, zone: str) -> Ladders:
    """Read every version of every policy."""
    return Ladders({row["id"]: as_json(row["terms"]) for row in snapshot.rows(POLICIES)}, ZoneInfo(zone))


def the_ladder_goes_on(ladders: Ladders, story: ObservedStory) -> Iterator[str]:
    """Give the rungs after which the next one comes too soon, far too late, or never."""
    present: dict[str, Any] = {}
    for happened in story.events:
        present |= happened.changes
        if happened.type == ESCALATED and happened.facts["clock"] in LADDERS:
            yield from (f"{story.name}: {wrong}" for wrong in _wrong_next(ladders, happened, present))


def _wrong_next(ladders: Ladders, happened: ObservedEvent, present: dict[str, Any]) -> Iterator[str]:
    rung, next_at = happened.facts["rung"], as_moment(present.get(CLOCKS[happened.facts["clock"]][2]))
    due_at = as_moment(happened.facts["due_at"]) or happened.at
    if next_at is None:
        yield f"after rung {rung} ({happened.seq}) nothing follows"
        return
    fired_on, due_on, next_on = (_day(moment, ladders.zone) for moment in (happened.at, due_at, next_at))
    earliest = ladders.earliest(present.get("policy_id"), rung, fired_on, due_on)
    if not earliest <= next_on <= earliest + MOST_DAYS_OFF:
        yield f"after rung {rung} ({happened.seq}) the next one comes {next_on}, not from {earliest} on"


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _weekdays_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in MONDAY_TO_FRIDAY
    return day
