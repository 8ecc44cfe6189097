"""I7 and I12: at rest nothing is pending and nobody holds a lease; nothing leaves but by post and telephone."""

from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot

PENDING = {
    "work {0} about {1} is neither done nor set aside": """
        SELECT w.id, e.type FROM work w JOIN event e ON e.id = w.event_id
        WHERE w.done_at IS NULL AND w.set_aside_at IS NULL ORDER BY w.id""",
    "event {0}, {1}, belongs to no sweep and has no work: nobody will be told": """
        SELECT e.id, e.type FROM event e LEFT JOIN work w ON w.event_id = e.id
        WHERE w.id IS NULL AND e.tick_id IS NULL AND e.actor <> 'import' ORDER BY e.id""",
    "the sweep {0} of {1} was never completed": "SELECT id, at FROM tick WHERE sealed_at IS NULL ORDER BY id",
    "the letters of the sweep {0} of {1} are not planned": """
        SELECT id, at FROM tick
        WHERE sealed_at IS NOT NULL AND planned_at IS NULL AND set_aside_at IS NULL ORDER BY id""",
    "the letter {0} for {1} still waits": """
        SELECT id, occasion FROM delivery WHERE outcome = 'waiting' AND channel = 'mail' ORDER BY id""",
    "the letter {0} for {1} is still held by somebody": """
        SELECT id, occasion FROM delivery WHERE lease_token IS NOT NULL OR lease_until IS NOT NULL ORDER BY id""",
    "the work {0} about event {1} is still held by somebody": """
        SELECT id, event_id FROM work WHERE lease_token IS NOT NULL OR lease_until IS NOT NULL ORDER BY id""",
    "the sweep {0} of {1} is told and still held by somebody": """
        SELECT id, at FROM tick
        WHERE planned_at IS NOT NULL AND (lease_token IS NOT NULL OR lease_until IS NOT NULL) ORDER BY id""",
}  # fmt: skip


OTHER_WAYS = {
    "{1} pieces of work are for {0}, of which nobody checks what goes out": """
        SELECT consumer, count(*) FROM work WHERE consumer <> 'letters' GROUP BY consumer""",
    "{1} deliveries go by {0}, of which nobody checks what goes out": """
        SELECT channel, count(*) FROM delivery WHERE channel NOT IN ('mail', 'call', 'role') GROUP BY channel""",
}


def no_other_way_out(snapshot: Snapshot, _outside: Outside) -> Iterator[str]:
    """Give the ways out that this checker does not know: webhooks, when there are any, are not to go unverified."""
    for sentence, sql in OTHER_WAYS.items():
        yield from (sentence.format(*row) for row in snapshot.pairs(sql))


def nothing_pending(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """Give what is pending in a house that should have come to rest."""
    if outside.drained:
        for sentence, sql in PENDING.items():
            yield from (sentence.format(*row) for row in snapshot.pairs(sql))
