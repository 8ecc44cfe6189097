"""I11: letters to one address about one case arrive in the order of the events that they report.

A digest tells what was held, which later letters may have overtaken.
"""

from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.sink import mails_in
from proof.checker.evidence.snapshot import Row, Snapshot, as_json

LETTERS = """
    SELECT d.id, d.message_id, d.address_id, d.occasion LIKE 'digest:%' AS is_digest, e.stream,
        min(e.seq) AS oldest, max(e.seq) AS newest
    FROM delivery d JOIN delivery_line l ON l.delivery_id = d.id JOIN event e ON e.id = l.event_id
    WHERE d.message_id IS NOT NULL AND e.stream <> 0
    GROUP BY d.id, d.message_id, d.address_id, d.occasion, e.stream ORDER BY d.id"""
SENT_AGAIN = "SELECT facts FROM event WHERE type = 'house.sent_again'"
PLANNED_AGAIN = """
    SELECT l.delivery_id, w.id AS work, e.tick_id AS tick FROM delivery_line l JOIN event e ON e.id = l.event_id
    LEFT JOIN work w ON w.event_id = e.id"""


def nothing_overtakes(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """Yield letters that arrived after one about later events of the same case, unless a person sent them again."""
    if outside.sink is None:
        return
    letters: dict[str, list[Row]] = {}
    for row in snapshot.rows(LETTERS):
        letters.setdefault(row["message_id"], []).append(row)
    may_be_late, newest = _sent_again(snapshot), dict[tuple[int, int], int]()
    for message_id in dict.fromkeys(mail.message_id for mail in mails_in(outside.sink)):
        for row in letters.get(message_id, ()):
            key = (row["address_id"], row["stream"])
            newest_before = newest.get(key, 0)
            if row["oldest"] < newest_before and row["id"] not in may_be_late and not row["is_digest"]:
                yield f"letter {row['id']}: stream {row['stream']}, event {row['oldest']} came after {newest_before}"
            newest[key] = max(row["newest"], newest_before)


def _sent_again(snapshot: Snapshot) -> set[int]:
    """Return the ids of deliveries that a person sent again, or that were planned by work which was run again."""
    rows_sent_again = {
        (facts["what"], facts["row"]) for facts in (as_json(row["facts"]) for row in snapshot.rows(SENT_AGAIN))
    }
    may_be_late = {row for what, row in rows_sent_again if what == "delivery"}
    if rows_sent_again:
        for row in snapshot.rows(PLANNED_AGAIN):
            if ("work", row["work"]) in rows_sent_again or ("tick", row["tick"]) in rows_sent_again:
                may_be_late.add(row["delivery_id"])
    return may_be_late
