"""Watching: the invariants, while the story goes on. What is new since the last look is read once, by plain SQL.

The queries and the rules are written down here a second time; nothing of the domain is asked.
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

NOBODYS = text("""
    SELECT c.ref, c.state FROM "case" c LEFT JOIN unit u ON u.id = c.responsible_id
    WHERE c.state NOT IN ('closed', 'declined', 'merged')
    AND (c.next_at IS NULL OR c.due_at IS NULL OR u.id IS NULL OR NOT u.active
         OR u.kind NOT IN ('desk', 'department', 'group'))""")
PASSED = text("""
    SELECT ref, next_at FROM "case" WHERE state NOT IN ('closed', 'declined', 'merged') AND next_at <= :swept""")
EVENTS = text("""
    SELECT e.id, e.stream, e.type, e.at, e.facts, c.ref, p.terms
    FROM event e JOIN "case" c ON c.id = e.stream JOIN policy p ON p.id = c.policy_id
    WHERE e.id > :seen ORDER BY e.id""")
OCCASIONS = text("SELECT id, occasion FROM delivery WHERE id > :seen AND outcome = 'sent'")
ENDS, BEGINS_AGAIN = {"case.closed", "case.declined", "case.merged"}, "case.reopened"
LADDER = {"case.escalated", "case.promise_broken", "case.taken_up", "case.closed"}
TICK = "tick:"
FIRST, SECOND = 0, 1


@dataclass
class Watch:
    """What was seen so far."""

    breaches: Breaches
    _seen: int = 0
    _rungs: dict[tuple[int, str, int], int] = field(default_factory=dict)  # case, clock, cycle -> the last one
    _ended: set[int] = field(default_factory=set)
    _letters: list[SimulatedLetter] = field(default_factory=list)
    _of_tick: set[tuple[str, str]] = field(default_factory=set)

    def took(self, letter: SimulatedLetter, left: dict[str, datetime]) -> None:
        """Look at a letter that the post took: nobody who has left gets one."""
        self._letters.append(letter)
        if letter.recipient in left and letter.at >= left[letter.recipient]:
            self.breaches.add("left", f"{letter.recipient} left and got “{letter.subject}” on {letter.at}")

    def look(self, connection: Connection, swept: datetime | None) -> None:
        """Look at everything that is new; `swept` is the moment of the last sweep, None while the clock is down."""
        for ref, state in connection.execute(NOBODYS):
            self.breaches.add("nobody's", f"{ref} is {state}, and nobody's or without a next moment")
        if swept is not None:
            for ref, next_at in connection.execute(PASSED, {"swept": swept.strftime("%Y-%m-%d %H:%M:%S.%f")}):
                self.breaches.add("passed", f"{ref}: {next_at} has passed and nothing happened")
        for row in connection.execute(EVENTS, {"seen": self._seen}).all():
            self._event(row)
        self._doubles(connection)

    def _event(self, row: Any) -> None:
        self._seen = row.id
        facts = json.loads(row.facts)
        day = local_day(datetime.fromisoformat(row.at).replace(tzinfo=UTC))
        wrong = wrong_day(DatedEvent(row.type, day, facts, json.loads(row.terms)))
        if wrong:
            self.breaches.add("due day", f"{row.ref}: {wrong}")
        for sentence in self._order(row, facts):
            self.breaches.add("ladder", f"{row.ref}: {sentence}")

    def _order(self, row: Any, facts: dict[str, Any]) -> Iterator[str]:
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

    def _doubles(self, connection: Connection) -> None:
        """One mail per tick and address, also after an outage."""
        if not self._letters:
            return
        least = min(letter.delivery for letter in self._letters) - 1
        occasions: dict[int, str] = {row.id: row.occasion for row in connection.execute(OCCASIONS, {"seen": least})}
        for letter in self._letters:
            occasion = occasions.get(letter.delivery)
            if occasion is None:
                self.breaches.add("not recorded", f"delivery {letter.delivery} went out and is not recorded as sent")
            elif (letter.recipient, occasion) in self._of_tick:
                self.breaches.add("double", f"{letter.recipient} got two mails of {occasion}")
            elif occasion.startswith(TICK):
                self._of_tick.add((letter.recipient, occasion))
        self._letters.clear()

    def climbed(self) -> Counter[int]:
        """Give how many cases climbed how high on their state's clock."""
        highest: dict[int, int] = {}
        for (case, clock, _), rung in self._rungs.items():
            if clock == "state":
                highest[case] = max(rung, highest.get(case, 0))
        return Counter(highest.values())


def _follows(last: int | None, rung: int, clock: str) -> bool:
    """Rung 0 may be left out, and after an outage the law's warnings that have passed."""
    if clock == "statutory":
        return last is None or rung > last
    return rung in {FIRST, SECOND} if last is None else rung == last + 1
