"""Statistics: what the database says when the story is over, read once from the events, in plain SQL."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

EVENTS = text("""
    SELECT e.id, e.stream, e.seq, e.type, e.at, e.recorded_at, e.actor, e.person_id, e.changes, e.hash
    FROM event e ORDER BY e.stream, e.seq""").execution_options(yield_per=2000)
UNITS = text("SELECT id, slug FROM unit")
PROMISES = text("SELECT outcome, count(*) FROM promise GROUP BY outcome ORDER BY outcome")
SENT = text("""
    SELECT a.email_normalised, count(*) FROM delivery d JOIN address a ON a.id = d.address_id
    WHERE d.outcome = 'sent' GROUP BY 1 ORDER BY 1""")
REFERENCES = text("""
    SELECT substr(ref, 1, 4) AS year, count(*) AS there, min(CAST(substr(ref, 6) AS INTEGER)) AS least,
           max(CAST(substr(ref, 6) AS INTEGER)) AS most FROM "case" GROUP BY 1 ORDER BY 1""")
OPEN = text("""
    SELECT u.slug, count(*) AS there, sum(c.due_at < :present AND c.state NOT IN ('parked', 'done')) AS late
    FROM "case" c JOIN unit u ON u.id = c.responsible_id
    WHERE c.state NOT IN ('closed', 'declined', 'merged') GROUP BY 1 ORDER BY 1""")
RUNGS = text("SELECT count(*) FROM fired_rung")
CASES = text('SELECT count(*) FROM "case"')
HOUSE = 0


@dataclass
class Statistics:
    """What the events add up to."""

    types: Counter[tuple[str, bool]] = field(default_factory=Counter)  # type, and whether the clock did it
    months: Counter[tuple[str, str]] = field(default_factory=Counter)  # month, and received or done
    kept_days: Counter[tuple[str, bool]] = field(default_factory=Counter)
    silence: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # longest, in days, by unit
    promises: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    references: list[Any] = field(default_factory=list)
    open: dict[str, tuple[int, int]] = field(default_factory=dict)  # by unit: open, and late
    rungs: int = 0
    cases: int = 0
    digest: str = ""


def read_statistics(connection: Connection, present: datetime) -> Statistics:
    """Give what the database says at this moment."""
    found = Statistics()
    units = {row.id: row.slug for row in connection.execute(UNITS)}
    digest = hashlib.sha256()
    for stream, events in groupby(connection.execute(EVENTS), key=lambda row: row.stream):
        tale = CaseHistory(found, units, present)
        for row in events:
            digest.update(
                f"{row.id} {row.stream} {row.seq} {row.type} {row.at} {row.recorded_at} {row.hash}\n".encode()
            )
            if stream != HOUSE:
                tale.take(row)
        tale.end()
    found.digest = digest.hexdigest()
    found.promises = {row[0]: row[1] for row in connection.execute(PROMISES)}
    found.sent = {row[0]: row[1] for row in connection.execute(SENT)}
    found.references = list(connection.execute(REFERENCES))
    told = connection.execute(OPEN, {"present": present.strftime("%Y-%m-%d %H:%M:%S.%f")})
    found.open = {row.slug: (row.there, row.late) for row in told}
    found.rungs, found.cases = (connection.execute(count).scalar_one() for count in (RUNGS, CASES))
    return found


@dataclass
class CaseHistory:
    """One case, from its first event to its last."""

    found: Statistics
    units: dict[int, str]
    present: datetime
    state: dict[str, Any] = field(default_factory=dict)
    acted_at: datetime | None = None

    def take(self, row: Any) -> None:
        """Take its next event."""
        at, changes = _moment(row.at), json.loads(row.changes)
        self.found.types[row.type, row.actor == "clock"] += 1
        if row.type == "case.done":
            on_time = at <= datetime.fromisoformat(self.state["due_at"])
            self.found.kept_days[self._unit(), on_time] += 1
        for name in {"case.received": ("received",), "case.done": ("done",)}.get(row.type, ()):
            self.found.months[f"{at:%Y-%m}", name] += 1
        if row.actor != "clock":
            self._heard(at)
        self.state |= changes
        if self.acted_at is None:
            self.acted_at = at

    def end(self) -> None:
        """Nothing more happened: an open case has been silent until now."""
        if self.state and self.state["state"] not in {"closed", "declined", "merged", "done", "parked"}:
            self._heard(self.present)

    def _heard(self, at: datetime) -> None:
        if self.acted_at is not None and self.state["state"] not in {"done", "closed", "parked"}:
            days = (at - self.acted_at).days
            self.found.silence[self._unit()] = max(days, self.found.silence[self._unit()])
        self.acted_at = at

    def _unit(self) -> str:
        return self.units[self.state["responsible_id"]]


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=UTC)
