"""Check the invariants while a simulation runs: each look reads the events and letters since the last one.

The SQL and the rules are written here a second time; no code of the domain is used.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.days import DatedEvent, wrong_day
from proof.simulation.environment.post import SimulatedLetter
from proof.simulation.second_calendar import local_day

UNATTENDED = text("""
    SELECT c.ref, c.state FROM "case" c LEFT JOIN unit u ON u.id = c.responsible_id
    WHERE c.state NOT IN ('closed', 'declined', 'merged')
    AND (c.next_at IS NULL OR c.due_at IS NULL OR u.id IS NULL OR NOT u.active
         OR u.kind NOT IN ('desk', 'department', 'group'))""")
MISSED = text("""
    SELECT ref, next_at FROM "case" WHERE state NOT IN ('closed', 'declined', 'merged') AND next_at <= :swept""")
EVENTS = text("""
    SELECT e.id, e.stream, e.type, e.at, e.facts, c.ref, p.terms
    FROM event e JOIN "case" c ON c.id = e.stream JOIN policy p ON p.id = c.policy_id
    WHERE e.id > :seen ORDER BY e.id""")
OCCASIONS = text("SELECT id, occasion FROM delivery WHERE id > :seen AND outcome = 'sent'")
ENDS, BEGINS_AGAIN = {"case.closed", "case.declined", "case.merged"}, "case.reopened"
LADDER = {"case.escalated", "case.promise_broken", "case.taken_up", "case.closed"}
SWEEP_OCCASION = "tick:"
FIRST, SECOND = 0, 1


@dataclass
class Watch:
    """What earlier looks into the database have seen, as far as later looks need it."""

    breaches: Breaches
    _seen: int = 0
    _rungs: dict[tuple[int, str, int], int] = field(default_factory=dict)  # (case, clock, cycle) -> its last rung
    _ended: set[int] = field(default_factory=set)
    _letters: list[SimulatedLetter] = field(default_factory=list)
    _told_of_sweep: set[tuple[str, str]] = field(default_factory=set)

    def check_letter(self, letter: SimulatedLetter, left_at: dict[str, datetime]) -> None:
        """Check that a letter does not go to somebody who has left, and tells no secret; `left_at`: address -> when."""
        self._letters.append(letter)
        if letter.tells_secret:
            self.breaches.add("V34", f"{letter.recipient} got “{letter.subject}”, which tells what is not public")
        if letter.recipient in left_at and letter.at >= left_at[letter.recipient]:
            self.breaches.add("left", f"{letter.recipient} left and got “{letter.subject}” on {letter.at}")

    def check(self, connection: Connection, swept_at: datetime | None) -> None:
        """Check everything since the last look. `swept_at`: when the last sweep ran, None while the clock is down."""
        for ref, state in connection.execute(UNATTENDED):
            self.breaches.add("nobody's", f"{ref} is {state}, and nobody's or without a next moment")
        if swept_at is not None:
            for ref, next_at in connection.execute(MISSED, {"swept": swept_at.strftime("%Y-%m-%d %H:%M:%S.%f")}):
                self.breaches.add("passed", f"{ref}: {next_at} has passed and nothing happened")
        for row in connection.execute(EVENTS, {"seen": self._seen}).all():
            self._check_event(row)
        self._check_doubles(connection)

    def _check_event(self, row: Any) -> None:
        self._seen = row.id
        facts = json.loads(row.facts)
        day = local_day(datetime.fromisoformat(row.at).replace(tzinfo=UTC))
        problem = wrong_day(DatedEvent(row.type, day, facts, json.loads(row.terms)))
        if problem:
            self.breaches.add("due day", f"{row.ref}: {problem}")
        for sentence in self._ladder_breaches(row, facts):
            self.breaches.add("ladder", f"{row.ref}: {sentence}")

    def _ladder_breaches(self, row: Any, facts: dict[str, Any]) -> Iterator[str]:
        if row.stream in self._ended and row.type in LADDER:
            yield f"{row.type} after its end"
        if row.type in ENDS:
            self._ended.add(row.stream)
        elif row.type == BEGINS_AGAIN:
            self._ended.discard(row.stream)
        if row.type != "case.escalated":
            return
        key = (row.stream, facts["clock"], facts["cycle"])
        last, rung = self._rungs.get(key), facts["rung"]
        if not _follows(last, rung, facts["clock"]):
            yield f"rung {rung} of {facts['clock']} follows upon {last}"
        self._rungs[key] = rung

    def _check_doubles(self, connection: Connection) -> None:
        """Check that an address gets at most one letter per sweep, also after an outage, and that all are on record."""
        if not self._letters:
            return
        least = min(letter.delivery for letter in self._letters) - 1
        occasions: dict[int, str] = {row.id: row.occasion for row in connection.execute(OCCASIONS, {"seen": least})}
        for letter in self._letters:
            occasion = occasions.get(letter.delivery)
            if occasion is None:
                self.breaches.add("not recorded", f"delivery {letter.delivery} went out and is not recorded as sent")
            elif (letter.recipient, occasion) in self._told_of_sweep:
                self.breaches.add("double", f"{letter.recipient} got two mails of {occasion}")
            elif occasion.startswith(SWEEP_OCCASION):
                self._told_of_sweep.add((letter.recipient, occasion))
        self._letters.clear()

    def highest_rungs(self) -> Counter[int]:
        """Return how many cases have each rung as the highest that their state's clock reached."""
        highest: dict[int, int] = {}
        for (case, clock, _), rung in self._rungs.items():
            if clock == "state":
                highest[case] = max(rung, highest.get(case, 0))
        return Counter(highest.values())


def _follows(last: int | None, rung: int, clock: str) -> bool:
    """Rung 0 may be left out; of the statutory warnings, those that were missed in an outage."""
    if clock == "statutory":
        return last is None or rung > last
    return rung in {FIRST, SECOND} if last is None else rung == last + 1
