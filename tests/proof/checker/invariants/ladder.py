"""I14, second half: every rung that fires schedules the next one, as many days later as the policy says.

Worked out with weekdays alone: public holidays can only move a rung to a later day, by three weeks at most.
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
REPEAT_EVERY = 7  # calendar days
MOST_DAYS_OFF = timedelta(days=21)
MONDAY_TO_FRIDAY = range(5)
REPEATING_CLOCKS = ("state", "life")


@dataclass(frozen=True)
class Ladders:
    """The days between rungs of each policy, by the policy's id, and the municipality's time zone."""

    terms: dict[int, dict[str, Any]]
    zone: ZoneInfo

    def earliest(self, policy: int | None, rung: int, fired_on: date, due_on: date) -> date:
        """Return the first local day on which the rung after this one may fire."""
        terms = self.terms.get(policy or 0, {})
        between = terms.get("rung_days", WORKING_DAYS_BETWEEN)
        if rung == 0:
            return due_on
        if rung <= len(between):
            return _weekdays_after(fired_on, between[rung - 1])
        return fired_on + timedelta(days=terms.get("repeat_calendar_days", REPEAT_EVERY))


def read_ladders(snapshot: Snapshot, zone: str) -> Ladders:
    """Read the terms of every version of every policy; `zone` is the municipality's time zone."""
    return Ladders({row["id"]: as_json(row["terms"]) for row in snapshot.rows(POLICIES)}, ZoneInfo(zone))


def next_rungs_are_set(ladders: Ladders, story: ObservedStory) -> Iterator[str]:
    """Yield the rungs whose successor is scheduled too early, more than three weeks too late, or not at all."""
    columns: dict[str, Any] = {}
    for event in story.events:
        columns |= event.changes
        if event.type == ESCALATED and event.facts["clock"] in REPEATING_CLOCKS:
            yield from (f"{story.name}: {problem}" for problem in _problems_of_next_rung(ladders, event, columns))


def _problems_of_next_rung(ladders: Ladders, event: ObservedEvent, columns: dict[str, Any]) -> Iterator[str]:
    rung, next_at = event.facts["rung"], as_moment(columns.get(CLOCKS[event.facts["clock"]][2]))
    due_at = as_moment(event.facts["due_at"]) or event.at
    if next_at is None:
        yield f"after rung {rung} ({event.seq}) nothing follows"
        return
    fired_on, due_on, next_on = (_day(moment, ladders.zone) for moment in (event.at, due_at, next_at))
    earliest = ladders.earliest(columns.get("policy_id"), rung, fired_on, due_on)
    if not earliest <= next_on <= earliest + MOST_DAYS_OFF:
        yield f"after rung {rung} ({event.seq}) the next one comes {next_on}, not from {earliest} on"


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _weekdays_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() in MONDAY_TO_FRIDAY
    return day
