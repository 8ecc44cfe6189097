"""Statistics of the database when a simulation is over, read once from its events by plain SQL."""

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
POSTPONED = text("SELECT count(*) FROM agenda_item WHERE settled_how = 'postponed'")
CASES = text('SELECT count(*) FROM "case"')
HOUSE_STREAM = 0


@dataclass
class Statistics:
    """Figures read from the events, deliveries, promises and cases of the database."""

    types: Counter[tuple[str, bool]] = field(
        default_factory=Counter
    )  # by event type and whether the clock was the actor
    months: Counter[tuple[str, str]] = field(default_factory=Counter)  # by month (YYYY-MM), and "received" or "done"
    kept_days: Counter[tuple[str, bool]] = field(default_factory=Counter)  # finished, by unit and on time
    silence: dict[str, int] = field(
        default_factory=lambda: defaultdict(int)
    )  # longest time without an act, in days, by unit
    promises: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    references: list[Any] = field(default_factory=list)
    open: dict[str, tuple[int, int]] = field(default_factory=dict)  # by unit: how many, and how many of them late
    rungs: int = 0
    cases: int = 0
    postponed: int = 0  # items of agendas
    digest: str = ""


def read_statistics(connection: Connection, now: datetime) -> Statistics:
    """Read the statistics; `now` decides what is late."""
    statistics = Statistics()
    units = {row.id: row.slug for row in connection.execute(UNITS)}
    digest = hashlib.sha256()
    for stream, events in groupby(connection.execute(EVENTS), key=lambda row: row.stream):
        history = CaseHistory(statistics, units, now)
        for row in events:
            digest.update(
                f"{row.id} {row.stream} {row.seq} {row.type} {row.at} {row.recorded_at} {row.hash}\n".encode()
            )
            if stream != HOUSE_STREAM:
                history.apply(row)
        history.finish()
    statistics.digest = digest.hexdigest()
    statistics.promises = {row[0]: row[1] for row in connection.execute(PROMISES)}
    statistics.sent = {row[0]: row[1] for row in connection.execute(SENT)}
    statistics.references = list(connection.execute(REFERENCES))
    open_rows = connection.execute(OPEN, {"present": now.strftime("%Y-%m-%d %H:%M:%S.%f")})
    statistics.open = {row.slug: (row.there, row.late) for row in open_rows}
    counts = (connection.execute(count).scalar_one() for count in (RUNGS, CASES, POSTPONED))
    statistics.rungs, statistics.cases, statistics.postponed = counts
    return statistics


@dataclass
class CaseHistory:
    """One case, replayed event by event; its figures are added to the statistics."""

    statistics: Statistics
    units: dict[int, str]
    now: datetime
    state: dict[str, Any] = field(default_factory=dict)
    acted_at: datetime | None = None

    def apply(self, row: Any) -> None:
        """Apply the next event of the case."""
        at, changes = _moment(row.at), json.loads(row.changes)
        self.statistics.types[row.type, row.actor == "clock"] += 1
        if row.type == "case.done":
            on_time = at <= datetime.fromisoformat(self.state["due_at"])
            self.statistics.kept_days[self._unit(), on_time] += 1
        for name in {"case.received": ("received",), "case.done": ("done",)}.get(row.type, ()):
            self.statistics.months[f"{at:%Y-%m}", name] += 1
        if row.actor != "clock":
            self._note_act(at)
        self.state |= changes
        if self.acted_at is None:
            self.acted_at = at

    def finish(self) -> None:
        """End the replay: an open case has been silent from its last act until `now`."""
        if self.state and self.state["state"] not in {"closed", "declined", "merged", "done", "parked"}:
            self._note_act(self.now)

    def _note_act(self, at: datetime) -> None:
        is_owed = self.state.get("obligation") is not None  # nobody has to act on it before its day comes nearer
        if self.acted_at is not None and not is_owed and self.state["state"] not in {"done", "closed", "parked"}:
            days = (at - self.acted_at).days
            self.statistics.silence[self._unit()] = max(days, self.statistics.silence[self._unit()])
        self.acted_at = at

    def _unit(self) -> str:
        return self.units[self.state["responsible_id"]]


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
