"""I23 and I24: each mail that came in became one thing, once; and what a machine wrote is answered by nobody.

The mails are read here a second time, from their bytes, by the header alone.
"""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import groupby
from typing import Any

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.snapshot import Row, Snapshot, moment_of

BECOMES = {  # by outcome, the events under which such a mail is filed
    "comment": ("case.commented",),
    "answer": ("case.answered",),
    "case": ("case.received",),
    "automatic": ("case.mail_filed",),
    "bounce": ("case.address_bounced",),
}
MUST_HAVE_EVENT = frozenset({"comment", "answer", "case"})
OF_MACHINES = frozenset({"automatic", "bounce", "double", "waiting", "set_aside"})
ROWS = """
    SELECT i.id, i.raw, i.raw_sha256, i.outcome, i.message_id, i.own_address, i.envelope_sender, i.envelope_recipient,
           i.case_id, i.seq, i.finished_at, e.type, e.facts ->> 'channel' AS channel
    FROM inbound i LEFT JOIN event e ON e.stream = i.case_id AND e.seq = i.seq ORDER BY i.id"""
UNFILED = """
    SELECT e.type, c.ref, e.seq FROM event e JOIN "case" c ON c.id = e.stream
    WHERE e.actor <> 'import' AND (e.type = 'case.mail_filed' OR e.facts ->> 'channel' = 'mail' AND (
        e.type IN ('case.commented', 'case.answered') OR e.type = 'case.received' AND e.actor = 'visitor'))
    AND 1 <> (SELECT count(*) FROM inbound i WHERE i.case_id = e.stream AND i.seq = e.seq AND i.outcome <> 'double')
    ORDER BY e.id"""
TOLD = """
    SELECT d.id, c.ref, e.seq FROM delivery_line l JOIN delivery d ON d.id = l.delivery_id
    JOIN event e ON e.id = l.event_id JOIN "case" c ON c.id = e.stream
    WHERE e.type = 'case.mail_filed' ORDER BY d.id"""
CAUSED_BY_MAIL = """
    SELECT d.id, d.created_at, a.email_normalised AS address, c.ref
    FROM delivery d JOIN address a ON a.id = d.address_id
    JOIN (SELECT l.delivery_id, min(e.stream) AS stream FROM delivery_line l JOIN event e ON e.id = l.event_id
          GROUP BY l.delivery_id
          HAVING count(*) = count(CASE WHEN e.type = 'case.commented' AND e.facts ->> 'channel' = 'mail' THEN 1 END)
          AND min(e.stream) = max(e.stream)) m ON m.delivery_id = d.id
    JOIN "case" c ON c.id = m.stream
    WHERE d.outcome IN ('waiting', 'sent') AND d.held_for IS NULL AND d.occasion LIKE 'event:%' AND d.id NOT IN (
        SELECT CAST(e.facts ->> 'row' AS INTEGER) FROM event e
        WHERE e.type = 'house.sent_again' AND e.facts ->> 'what' = 'delivery')
    ORDER BY a.email_normalised, c.ref, d.created_at, d.id"""
MOST_A_DAY, A_DAY = 10, timedelta(days=1)  # letters about one case to one address that nothing but mails caused
BULK = frozenset({"bulk", "list", "junk"})


def mails_end_once(snapshot: Snapshot, _outside: Outside) -> Iterator[str]:
    """I23: yield mails whose outcome and event disagree, that became two things, or events that no mail stands for."""
    filed: dict[tuple[str, str, str], int] = {}
    for row in snapshot.rows(ROWS):
        yield from (f"the mail {row['id']} {problem}" for problem in _problems(row))
        body = _body(row)
        if body is None or row["outcome"] in {"double", "waiting", "set_aside"}:
            continue
        same = (row["message_id"], row["own_address"] or "", body)
        if row["message_id"] and same in filed:
            yield f"the mail {row['id']} is the mail {filed[same]}, and became something again"
        filed.setdefault(same, row["id"])
    for type_, ref, seq in snapshot.tuples(UNFILED):
        yield f"{ref}: {type_} ({seq}) came by mail, and not one mail stands for it"


def machines_are_unanswered(snapshot: Snapshot, _outside: Outside) -> Iterator[str]:
    """I24: yield mails of machines that were taken for a person's, letters that tell of such a mail, and loops."""
    for row in snapshot.rows(ROWS):
        if row["outcome"] not in OF_MACHINES and (sign := _sign_of_a_machine(row)):
            yield f"the mail {row['id']} was written by a machine ({sign}), and became {row['outcome']}"
    for delivery, ref, seq in snapshot.tuples(TOLD):
        yield f"{ref}: the letter {delivery} tells of what a machine wrote ({seq})"
    for (_, ref), letters in groupby(snapshot.rows(CAUSED_BY_MAIL), key=lambda row: (row["address"], row["ref"])):
        at = [moment_of(row["created_at"]) for row in letters]
        if any(last - first < A_DAY for first, last in zip(at, at[MOST_A_DAY:], strict=False)):
            yield f"{ref}: mails caused more than {MOST_A_DAY} letters to one address within a day"


def _problems(row: Row) -> Iterator[str]:
    outcome, type_ = row["outcome"], row["type"]
    if (outcome == "waiting") is not (row["finished_at"] is None):
        yield f"is {outcome}, and finished at {row['finished_at']}"
    recipient = f"{row['envelope_recipient'].lower()}\n".encode() if row["envelope_recipient"] else b""
    if row["raw"] is not None and hashlib.sha256(recipient + bytes(row["raw"])).hexdigest() != row["raw_sha256"]:
        yield "has other bytes than came in"
    if outcome in MUST_HAVE_EVENT and type_ is None:
        yield f"is said to be the {outcome} of an event that is not there"
    if outcome in BECOMES and type_ is not None and type_ not in BECOMES[outcome]:
        yield f"is said to be a {outcome}, and its event is {type_}"
    if outcome in MUST_HAVE_EVENT and type_ is not None and row["channel"] != "mail":
        yield f"is filed under {type_}, which did not come by mail"


def _body(row: Row) -> str | None:
    """Return the hash of what follows the headers; None when the bytes were erased."""
    if row["raw"] is None:
        return None
    plain = bytes(row["raw"]).replace(b"\r\n", b"\n")
    return hashlib.sha256(plain.partition(b"\n\n")[2].rstrip(b"\n")).hexdigest()


def _sign_of_a_machine(row: Row) -> str | None:
    """Return the header by which a machine declares itself (RFC 3834); None when it does not."""
    if row["raw"] is None:
        return None
    headers: Any = BytesHeaderParser(policy=compat32).parsebytes(bytes(row["raw"])[:100_000])
    submitted = str(headers.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    if submitted not in {"no", ""}:
        return "Auto-Submitted"
    if str(headers.get("Precedence", "")).strip().lower() in BULK:
        return "Precedence"
    if "List-Id" in headers:
        return "List-Id"
    return "no envelope sender" if row["envelope_sender"] == "" else None
