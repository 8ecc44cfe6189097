"""I7 and I12: at rest no work is pending and no lease is held; messages leave only by mail and telephone."""

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
        SELECT id, occasion FROM delivery d WHERE outcome = 'waiting' AND channel = 'mail' AND NOT (
            d.held_for IS NOT NULL AND d.next_attempt_at > (SELECT max(recorded_at) FROM event)
        ) AND NOT (
            d.claims = 0 AND d.next_attempt_at > (SELECT max(recorded_at) FROM event)
            AND NOT EXISTS (SELECT 1 FROM delivery_line l JOIN event e ON e.id = l.event_id
                            WHERE l.delivery_id = d.id AND e.type NOT IN ('case.commented', 'house.set_aside')))
        ORDER BY id""",  # what may wait: what is held until its moment, and what gathers comments or alarms for an hour
    "the mail {0} that came by {1} is not filed": """
        SELECT id, source FROM inbound WHERE outcome = 'waiting' OR lease_token IS NOT NULL ORDER BY id""",
    "the letter {0} for {1} is still held by somebody": """
        SELECT id, occasion FROM delivery WHERE lease_token IS NOT NULL OR lease_until IS NOT NULL ORDER BY id""",
    "the work {0} about event {1} is still held by somebody": """
        SELECT id, event_id FROM work WHERE lease_token IS NOT NULL OR lease_until IS NOT NULL ORDER BY id""",
    "the sweep {0} of {1} is told and still held by somebody": """
        SELECT id, at FROM tick
        WHERE planned_at IS NOT NULL AND (lease_token IS NOT NULL OR lease_until IS NOT NULL) ORDER BY id""",
}  # fmt: skip


OTHER_CHANNELS = {
    "{1} pieces of work are for {0}, of which nobody checks what goes out": """
        SELECT consumer, count(*) FROM work WHERE consumer <> 'letters' GROUP BY consumer""",
    "{1} deliveries go by {0}, of which nobody checks what goes out": """
        SELECT channel, count(*) FROM delivery WHERE channel NOT IN ('mail', 'call', 'role') GROUP BY channel""",
}


def only_known_channels(snapshot: Snapshot, _outside: Outside) -> Iterator[str]:
    """I12: yield outbox consumers and delivery channels that this checker cannot verify, such as webhooks."""
    for sentence, sql in OTHER_CHANNELS.items():
        yield from (sentence.format(*row) for row in snapshot.tuples(sql))


def nothing_pending(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I7: yield pending work and leases still held, when everything should be drained."""
    if outside.drained:
        for sentence, sql in PENDING.items():
            yield from (sentence.format(*row) for row in snapshot.tuples(sql))
