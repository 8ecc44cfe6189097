"""I13: every open case has an active responsible unit and a next moment (`next_at`), and no moment was missed."""

from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot

UNATTENDED = {
    "{0}: nobody holds it, or {1}, which may not": """
        SELECT c.ref, u.slug FROM "case" c LEFT JOIN unit u ON u.id = c.responsible_id
        WHERE c.state NOT IN ('closed', 'declined', 'merged')
        AND (u.id IS NULL OR u.active IS NOT true OR u.kind NOT IN ('desk', 'department', 'group')) ORDER BY c.id""",
    "{0}: is {1} and has no next moment": """
        SELECT ref, state FROM "case" WHERE state NOT IN ('closed', 'declined', 'merged')
        AND (next_at IS NULL OR due_at IS NULL OR rung_at IS NULL) ORDER BY id""",
    "{0}: has ended, {1}, and still has a clock": """
        SELECT ref, state FROM "case" WHERE state IN ('closed', 'declined', 'merged')
        AND coalesce(next_at, due_at, rung_at, life_at, statutory_at, promise_breaks_at) IS NOT NULL ORDER BY id""",
    "{0}: a clock runs out before its next moment, {1}": """
        SELECT ref, next_at FROM "case" WHERE state NOT IN ('closed', 'declined', 'merged')
        AND (rung_at < next_at OR life_at < next_at OR statutory_at < next_at OR promise_breaks_at < next_at)
        ORDER BY id""",
    "{0}: is in a state that does not exist, {1}": """
        SELECT ref, state FROM "case" WHERE state NOT IN (
            'received', 'assigned', 'planned', 'in_progress', 'waiting', 'parked', 'done',
            'closed', 'declined', 'merged') ORDER BY id""",
}  # fmt: skip
MISSED = 'SELECT c.ref, c.next_at FROM "case" c WHERE c.next_at < :latest ORDER BY c.id'


def open_cases_are_attended(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """Yield open cases without a responsible unit, without a running clock, or whose next moment passed unnoticed."""
    for sentence, sql in UNATTENDED.items():
        yield from (sentence.format(*row) for row in snapshot.tuples(sql))
    if outside.now is not None:
        latest = snapshot.as_parameter(outside.now - outside.grace)
        for row in snapshot.rows(MISSED, latest=latest):
            yield f"{row['ref']}: its moment was {row['next_at']}, and nothing happened"
