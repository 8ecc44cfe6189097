"""I15 to I17: failing work is set aside and alarmed, nothing is sent again after a wipe, no measurement grows."""

from collections.abc import Iterator
from datetime import timedelta

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Snapshot, as_json, moment_of

CLAIMED = {
    "work": "SELECT id, claims, set_aside_at IS NOT NULL AS aside FROM work WHERE claims > 0",
    "tick": "SELECT id, claims, set_aside_at IS NOT NULL AS aside FROM tick WHERE claims > 0",
    "delivery": "SELECT id, claims, outcome = 'set_aside' AS aside FROM delivery WHERE claims > 0",
}
ALARMS = "SELECT facts FROM event WHERE type = 'house.set_aside'"
MOST_QUIET = timedelta(days=1)  # one alarm a day about what mails cause without end
SET_ASIDE = {
    "work": """
        SELECT w.id, e.type = 'house.set_aside' AS is_alarm FROM work w JOIN event e ON e.id = w.event_id
        WHERE w.set_aside_at IS NOT NULL""",
    "tick": "SELECT id, false AS is_alarm FROM tick WHERE set_aside_at IS NOT NULL",
    "delivery": """
        SELECT d.id, EXISTS (SELECT 1 FROM delivery_line l JOIN event e ON e.id = l.event_id
                             WHERE l.delivery_id = d.id AND e.type = 'house.set_aside') AS is_alarm
        FROM delivery d WHERE d.outcome = 'set_aside'""",
}  # fmt: skip


TOLD_BEFORE = """
    SELECT d.id, o.id AS told_with, d.created_at, o.created_at AS told_at FROM delivery d
    JOIN delivery o ON o.id = CAST(d.context ->> 'braked' AS INTEGER) AND o.address_id = d.address_id
    WHERE d.outcome = 'set_aside'"""
A_DAY = timedelta(days=1)


def poison_is_set_aside(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I15: yield rows that were claimed too often, and rows set aside without an alarm; alarms themselves need none.

    Letters that mails cause without end are told of once a day for a case and an address.
    """
    alarmed = {(facts["what"], facts["row"]) for facts in (as_json(row["facts"]) for row in snapshot.rows(ALARMS))}
    for row in snapshot.rows(TOLD_BEFORE):
        soon = moment_of(row["created_at"]) - moment_of(row["told_at"]) <= A_DAY
        if soon and ("delivery", row["told_with"]) in alarmed:
            alarmed.add(("delivery", row["id"]))
    for kind, sql in CLAIMED.items():
        for row in snapshot.rows(sql):
            if row["claims"] > outside.most_claims:
                yield f"{kind} {row['id']} was begun {row['claims']} times"
    for kind, sql in SET_ASIDE.items():
        for row in snapshot.rows(sql):
            if (kind, row["id"]) not in alarmed and not row["is_alarm"]:
                yield f"{kind} {row['id']} was set aside, and nobody was alarmed"


def nothing_sent_again(_: Snapshot, outside: Outside) -> Iterator[str]:
    """I16: yield the restarts, made while nothing was pending, after which the mail sink got more letters."""
    for restart in outside.restarts:
        if restart.after != restart.before:
            yield f"{restart.name}: {restart.before} letters before, {restart.after} after"


def nothing_grows(_: Snapshot, outside: Outside) -> Iterator[str]:
    """I17: yield the measurements that exceeded their limit."""
    for gauge in outside.gauges:
        if gauge.samples and max(gauge.samples) > gauge.most:
            yield f"{gauge.name} came to {max(gauge.samples):g}, at most {gauge.most:g}"
