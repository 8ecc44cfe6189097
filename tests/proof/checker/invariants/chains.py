"""I19: the files are whole, the history is the one that was written, and its words are those that were said.

What a hash covers is written down here a second time: SHA-256 over canonical JSON, the hash before it included; of
words only the salted hash.
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
GUARDS = {
    True: "SELECT count(*) AS n FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'",
    False: """
        SELECT count(*) AS n FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relname = 'event' AND NOT t.tgisinternal AND t.tgenabled <> 'D'
        AND pg_get_triggerdef(t.oid) LIKE '%refuse%'""",
}
BROKEN = {
    True: ("PRAGMA integrity_check", "PRAGMA foreign_key_check"),
    False: (
        "SELECT conname || ' is not enforced' FROM pg_constraint WHERE NOT convalidated",
        "SELECT indexrelid::regclass::text || ' is not whole' FROM pg_index WHERE NOT indisvalid",
    ),
}
ERASED = "case.words_erased"


def unbroken_chain(story: ObservedStory) -> Iterator[str]:
    """Give the events whose hash is another than what they say, and a head that is not the last one."""
    head = ""
    for happened in story.events:
        if happened.previous_hash != head or happened.hash != _hash(story.name, happened, head):
            yield f"{story.name}: event {happened.seq} was changed after it was written"
        head = happened.hash
    if story.owner is not None and story.owner["head_hash"] != head:
        yield f"{story.name}: does not end where its history ends"


def files_and_words(snapshot: Snapshot, _: Outside) -> Iterator[str]:
    """Give what is broken in the files, a history that nobody guards, and words that are not those that were said."""
    for sql in BROKEN[snapshot.is_sqlite]:
        for row in snapshot.pairs(sql):
            if row != ("ok",):
                yield f"the database is not whole: {' '.join(map(str, row))}"
    if not next(snapshot.pairs(GUARDS[snapshot.is_sqlite]))[0]:
        yield "nothing guards the history: no trigger refuses to change it"
    yield from _other_words(snapshot)


def _other_words(snapshot: Snapshot) -> Iterator[str]:
    erased: set[tuple[int, int]] = set()
    decided: set[tuple[int, int]] = set()
    for _, rows in groupby(snapshot.rows(WORDS), key=lambda row: row["id"]):
        told = list(rows)
        event, said = told[0], [row for row in told if row["words_id"] is not None]
        where = (event["stream"], event["seq"])
        if event["type"] == ERASED:
            decided |= {(event["stream"], seq) for seq in as_json(event["facts"])["events"]}
        if any(row["text"] is None for row in said):
            erased.add(where)
        if _is_other(as_json(event["commitments"]), said):
            yield f"stream {where[0]}: event {where[1]} has other words than were said"
    for stream, seq in sorted(erased - decided):
        yield f"stream {stream}: the words of event {seq} were erased without a decision"


def _is_other(committed: list[list[str]], said: list[Any]) -> bool:
    """Say whether these words are not the ones that the event committed itself to; erased ones only by their name."""
    kept = [[row["field"], _commitment(row)] for row in said if row["text"] is not None]
    return sorted(name for name, _ in committed) != sorted(row["field"] for row in said) or any(
        one not in committed for one in kept
    )


def _commitment(row: Any) -> str:
    return hashlib.sha256((row["salt"] + row["text"]).encode()).hexdigest()


def _hash(name: str, happened: ObservedEvent, before: str) -> str:
    content = [
        name, happened.seq, happened.type, happened.at.isoformat(), happened.actor, happened.person_id,
        happened.facts, happened.changes, happened.commitments, before,
    ]  # fmt: skip
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
