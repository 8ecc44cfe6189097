"""I8, I9 and I10: the letters that the database records as sent are those that the mail sink accepted."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.sink import SunkMail, mails_in
from proof.checker.evidence.snapshot import Row, Snapshot

LETTERS = """
    SELECT d.id, d.occasion, d.outcome, d.message_id, d.message_sha256, a.email_normalised AS address
    FROM delivery d JOIN address a ON a.id = d.address_id WHERE d.message_id IS NOT NULL OR d.outcome = 'sent'"""


def sent_has_arrived(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I8: yield letters that are recorded as sent and not in the sink, or arrived at another address."""
    if outside.sink is None:
        return
    arrived = _by_message_id(outside)
    for row in snapshot.rows(LETTERS):
        if row["outcome"] == "sent" and not arrived.get(row["message_id"]):
            yield f"letter {row['id']} for {row['occasion']} counts as sent, and never came"
        for mail in arrived.get(row["message_id"], ()):
            if [_normalised(address) for address in mail.recipients] != [row["address"]]:
                yield f"letter {row['id']} for {row['occasion']} came to somebody else"


def no_mail_without_a_row(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I9: yield mails in the sink without a delivery row, or whose bytes do not have the hash that is stored there."""
    if outside.sink is None:
        return
    rows = {row["message_id"]: row for row in snapshot.rows(LETTERS)}
    for message_id, mails in _by_message_id(outside).items():
        if message_id not in rows:
            yield f"a mail came that no delivery stands for: {message_id or 'without a Message-ID'}"
        elif changed := next((mail for mail in mails if not _is_whole(mail, rows[message_id])), None):
            yield f"letter {rows[message_id]['id']} came with other bytes than were stored ({changed.at.isoformat()})"


def doubles_are_known(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I10: yield doubles with other bytes or outside of every fault, and more of them than letters were in flight."""
    if outside.sink is None:
        return
    doubles = 0
    for message_id, mails in _by_message_id(outside).items():
        doubles += len(mails) - 1
        if len({mail.content for mail in mails}) > 1:
            yield f"{message_id} came {len(mails)} times, and not the same each time"
        for mail in mails[:-1]:  # only the last one was recorded as sent; each earlier one lost its record in a fault
            if not any(window.contains(mail.at) for window in outside.faults):
                yield f"{message_id} came again, though nothing was wrong at {mail.at.isoformat()}"
    if outside.doubles is not None and doubles > outside.doubles:
        yield f"{doubles} mails came twice, at most {outside.doubles} were in flight"


def _by_message_id(outside: Outside) -> dict[str, list[SunkMail]]:
    mails: dict[str, list[SunkMail]] = defaultdict(list)
    for mail in mails_in(outside.sink) if outside.sink else ():
        mails[mail.message_id].append(mail)
    return mails


def _is_whole(mail: SunkMail, row: Row) -> bool:
    return hashlib.sha256(mail.content).hexdigest() == str(row["message_sha256"])


def _normalised(address: str) -> str:
    name, _, domain = address.strip().lower().rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"
