"""I26: what was held is told in one digest, all of it, and by no other letter to the same address."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Row, Snapshot

TOLD_IN = re.compile(r"told in digest (\d+)")
OF_DIGESTS = """
    SELECT d.id, d.occasion, d.recipient, d.outcome, d.reason, l.event_id FROM delivery d
    LEFT JOIN delivery_line l ON l.delivery_id = d.id
    WHERE d.occasion LIKE 'digest:%' OR d.reason LIKE 'told in digest %' ORDER BY d.id, l.event_id"""
TOLD_TWICE = """
    SELECT d.occasion, d.recipient, count(*) AS lines FROM delivery d JOIN delivery_line l ON l.delivery_id = d.id
    JOIN delivery_line o ON o.event_id = l.event_id AND o.delivery_id <> d.id
    JOIN delivery other ON other.id = o.delivery_id AND other.recipient = d.recipient
    WHERE d.occasion LIKE 'digest:%' AND d.outcome <> 'suppressed' AND other.outcome <> 'suppressed'
    GROUP BY d.occasion, d.recipient ORDER BY d.occasion"""
HELD_AND_GONE = """
    SELECT id, outcome FROM delivery WHERE held_for IS NOT NULL AND outcome NOT IN ('waiting', 'suppressed')
    ORDER BY id"""


@dataclass
class ObservedDigest:
    """What the letters that were held brought, and what the digest tells: events, each as a set."""

    held: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)


def held_is_told_once(snapshot: Snapshot, _outside: Outside) -> Iterator[str]:
    """Yield digests that leave out what was held or add to it, what is told twice, and what was sent though held."""
    digests: dict[str, ObservedDigest] = defaultdict(ObservedDigest)
    for row in snapshot.rows(OF_DIGESTS):
        _note(digests, row)
    for occasion, digest in digests.items():
        if digest.held - digest.told:
            yield f"{occasion} leaves out {len(digest.held - digest.told)} of the events that were held"
        if digest.told - digest.held:
            yield f"{occasion} tells {len(digest.told - digest.held)} events that nothing held"
    for row in snapshot.rows(TOLD_TWICE):
        yield f"{row['occasion']} tells {row['recipient']} {row['lines']} events that another letter tells too"
    for row in snapshot.rows(HELD_AND_GONE):
        yield f"letter {row['id']} was held, and is {row['outcome']}"


def _note(digests: dict[str, ObservedDigest], row: Row) -> None:
    events = {row["event_id"]} - {None}
    if found := TOLD_IN.fullmatch(row["reason"] or ""):
        digests[f"digest:{found[1]}"].held |= events
    else:
        digests[row["occasion"]].told |= events
