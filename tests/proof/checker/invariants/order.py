"""I11: what somebody is told about a case comes in the order in which it happened."""

from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.sink import kept_in
from proof.checker.evidence.snapshot import Row, Snapshot, as_json

LETTERS = """
    SELECT d.id, d.message_id, d.address_id, e.stream, min(e.seq) AS oldest, max(e.seq) AS newest
    FROM delivery d JOIN delivery_line l ON l.delivery_id = d.id JOIN event e ON e.id = l.event_id
    WHERE d.message_id IS NOT NULL AND e.stream <> 0
    GROUP BY d.id, d.message_id, d.address_id, e.stream ORDER BY d.id"""
AGAIN = "SELECT facts FROM event WHERE type = 'house.sent_again'"
PLANNED_AGAIN = """
    SELECT l.delivery_id, w.id AS work, e.tick_id AS tick FROM delivery_line l JOIN event e ON e.id = l.event_id
    LEFT JOIN work w ON w.event_id = e.id"""


def nothing_overtakes(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """Give the letters that came after a later one about the same case. What a person sent again may be late."""
    if outside.sink is None:
        return
    letters: dict[str, list[Row]] = {}
    for row in snapshot.rows(LETTERS):
        letters.setdefault(row["message_id"], []).append(row)
    late, newest = _sent_again(snapshot), dict[tuple[int, int], int]()
    for message_id in dict.fromkeys(mail.message_id for mail in kept_in(outside.sink)):
        for row in letters.get(message_id, ()):
            key = (row["address_id"], row["stream"])
            before = newest.get(key, 0)
            if row["oldest"] < before and row["id"] not in late:
                yield f"letter {row['id']}: stream {row['stream']}, event {row['oldest']} came after {before}"
            newest[key] = max(row["newest"], before)


def _sent_again(snapshot: Snapshot) -> set[int]:
    """Give the letters that a person has let be tried once more, or that came of work which was."""
    again = {(facts["what"], facts["row"]) for facts in (as_json(row["facts"]) for row in snapshot.rows(AGAIN))}
    late = {row for what, row in again if what == "delivery"}
    if again:
        for row in snapshot.rows(PLANNED_AGAIN):
            if ("work", row["work"]) in again or ("tick", row["tick"]) in again:
                late.add(row["delivery_id"])
    return late
