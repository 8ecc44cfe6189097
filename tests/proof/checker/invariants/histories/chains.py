"""I19: the database is intact, the hash chain of each history is unbroken, and its texts match their commitments.

What a hash covers is written here a second time: SHA-256 over the canonical JSON of an event, which includes the
previous hash and, for texts (words), only their salted hash: so they can be erased.
"""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot, as_json
from proof.checker.model.stories import ObservedEvent, ObservedStory

WORDS = """
    SELECT e.id, e.stream, e.seq, e.type, e.facts, e.commitments, w.id AS words_id, w.field, w.text, w.salt, w.case_id
    FROM event e LEFT JOIN words w ON w.event_id = e.id ORDER BY e.stream, e.seq, w.id"""
TRIGGERS = {
    True: "SELECT count(*) AS n FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'",
    False: """
        SELECT count(*) AS n FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relname = 'event' AND NOT t.tgisinternal AND t.tgenabled <> 'D'
        AND pg_get_triggerdef(t.oid) LIKE '%refuse%'""",
}
INTEGRITY_CHECKS = {
    True: ("PRAGMA integrity_check", "PRAGMA foreign_key_check"),
    False: (
        "SELECT conname || ' is not enforced' FROM pg_constraint WHERE NOT convalidated",
        "SELECT indexrelid::regclass::text || ' is not whole' FROM pg_index WHERE NOT indisvalid",
    ),
}
ERASED = "case.words_erased"


def unbroken_chain(story: ObservedStory) -> Iterator[str]:
    """Yield the events whose hash does not match their content, and an owner whose `head_hash` is not the last one."""
    head = ""
    for event in story.events:
        if event.previous_hash != head or event.hash != _hash(story.name, event, head):
            yield f"{story.name}: event {event.seq} was changed after it was written"
        head = event.hash
    if story.owner is not None and story.owner["head_hash"] != head:
        yield f"{story.name}: does not end where its history ends"


def files_and_words_are_intact(snapshot: Snapshot, _: Outside) -> Iterator[str]:
    """Yield what the database's own checks find, missing triggers on the history, and texts that were changed."""
    for sql in INTEGRITY_CHECKS[snapshot.is_sqlite]:
        for row in snapshot.tuples(sql):
            if row != ("ok",):
                yield f"the database is not whole: {' '.join(map(str, row))}"
    if not next(snapshot.tuples(TRIGGERS[snapshot.is_sqlite]))[0]:
        yield "nothing guards the history: no trigger refuses to change it"
    yield from _changed_words(snapshot)


def _changed_words(snapshot: Snapshot) -> Iterator[str]:
    erased: set[tuple[int, int]] = set()
    decided: set[tuple[int, int]] = set()
    for _, rows in groupby(snapshot.rows(WORDS), key=lambda row: row["id"]):
        event_rows = list(rows)
        event, texts = event_rows[0], [row for row in event_rows if row["words_id"] is not None]
        place = (event["stream"], event["seq"])
        if event["type"] == ERASED:
            decided |= {(event["stream"], seq) for seq in as_json(event["facts"])["events"]}
        if any(row["text"] is None for row in texts):
            erased.add(place)
        if _contradicts_commitments(as_json(event["commitments"]), texts):
            yield f"stream {place[0]}: event {place[1]} has other words than were said"
    for stream, seq in sorted(erased - decided):
        yield f"stream {stream}: the words of event {seq} were erased without a decision"


def _contradicts_commitments(committed: list[list[str]], texts: list[Any]) -> bool:
    """Return whether texts differ from the event's commitments. Of erased texts only the field name can be compared."""
    still_there = [[row["field"], _commitment(row)] for row in texts if row["text"] is not None]
    return sorted(name for name, _ in committed) != sorted(row["field"] for row in texts) or any(
        commitment not in committed for commitment in still_there
    )


def _commitment(row: Any) -> str:
    return hashlib.sha256((row["salt"] + row["text"]).encode()).hexdigest()


def _hash(name: str, event: ObservedEvent, previous_hash: str) -> str:
    by_mailbox = [] if event.unit_id is None else [event.unit_id]  # what came before that column has other hashes
    content = [
        name, event.seq, event.type, event.at.isoformat(), event.actor, event.person_id, *by_mailbox,
        event.facts, event.changes, event.commitments, previous_hash,
    ]  # fmt: skip
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
