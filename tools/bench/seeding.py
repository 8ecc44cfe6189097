"""Many open cases at once, by plain inserts: what a house looks like after years."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from cases.case import Case
from cases.database import Database, calendar_of, table_of
from cases.units import Unit

CHUNK = 5000
DAY = timedelta(days=1)


def seed(database: Database, count: int, due: int, now: datetime) -> None:
    """Add `count` open cases, of which `due` have their next moment just before `now`."""
    with database.transaction() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.slug == "gata")).one()
        calendar = calendar_of(session)
        late, early = calendar.morning_of(calendar.day_of(now)) - timedelta(hours=1), now + 30 * DAY
        for start in range(0, count, CHUNK):
            numbers = range(start, min(start + CHUNK, count))
            rows = [_row(n, unit_id, late if n < due else early + timedelta(minutes=n % 40_000), now) for n in numbers]
            session.execute(insert(table_of(Case)), rows)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _row(number: int, unit_id: int, next_at: datetime, now: datetime) -> dict[str, Any]:
    spread = next_at + (number % 7) * timedelta(hours=1)
    return {
        "ref": f"2019-{number:07d}", "public_id": f"seed{number}", "kind": "issue", "state": "assigned",
        "title": f"Trasig lykta nummer {number}", "channel": "web", "received_at": now - 20 * DAY,
        "responsible_id": unit_id, "responsible_holds": True, "policy_id": 1, "due_at": spread + timedelta(hours=12),
        "next_at": next_at, "cycle": 2, "rung": 2, "rung_at": next_at, "life_cycle": 0, "life_rung": 0,
        "statutory_cycle": 0, "statutory_rung": 0, "quick_win": number % 9 == 0, "wants_public": False,
        "highest_rung": 1, "sent_back_count": 0, "version": 2, "changed_version": 2, "head_hash": "0" * 64,
        "touched_at": now - 20 * DAY,
    }  # fmt: skip


FLOOR_SWEEP = (
    """CREATE TEMP TABLE due AS SELECT id, version, cycle, rung FROM "case" WHERE next_at <= :now""",
    """INSERT INTO event (stream, seq, type, at, recorded_at, actor, facts, changes, commitments, previous_hash, hash)
    SELECT id, version + 1, 'case.escalated', :now, :now, 'clock', :facts, :changes, '[]', :hash, :hash FROM due""",
    """INSERT INTO fired_rung (case_id, clock, cycle, rung, event_id, fired_at)
    SELECT due.id, 'state', due.cycle, due.rung, event.id, :now
    FROM due JOIN event ON event.stream = due.id AND event.seq = due.version + 1""",
    """UPDATE "case" SET version = version + 1, rung = rung + 1, rung_at = :later, next_at = :later,
    head_hash = :hash, highest_rung = rung WHERE id IN (SELECT id FROM due)""",
    "DROP TABLE due",
)


def floor_sweep(database: Database, now: datetime) -> None:
    """Write the rows of a sweep by set-based SQL, with no rule."""
    facts = '{"clock": "state", "cycle": 2, "rung": 2, "due_at": "2026-11-20T22:59:59+00:00", "next_on": "2026-11-27"}'
    changes = '{"rung": 3, "next_at": "2026-11-27T06:00:00+00:00", "rung_at": "2026-11-27T06:00:00+00:00"}'
    values = {"now": now, "later": now + 7 * DAY, "facts": facts, "changes": changes, "hash": "0" * 64}
    with database.engine.begin() as connection:
        for statement in FLOOR_SWEEP:
            named = {name: value for name, value in values.items() if f":{name}" in statement}
            if database.is_sqlite:
                named = {name: _sqlite(value) for name, value in named.items()}
            else:
                statement = statement.replace(":facts", "cast(:facts as jsonb)").replace(
                    ":changes", "cast(:changes as jsonb)"
                )
            connection.execute(text(statement), named)


def _sqlite(value: Any) -> Any:
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
