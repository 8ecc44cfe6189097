"""I8, I9 and I10: what the house says that it sent, and what the mail sink took, are the same."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from proof.checker.evidence.outside import Outside
from proof.checker.evidence.sink import SunkMail, kept_in
from proof.checker.evidence.snapshot import Row, Snapshot

LETTERS = """
    SELECT d.id, d.occasion, d.outcome, d.message_id, d.message_sha256, a.email_normalised AS address
    FROM delivery d JOIN address a ON a.id = d.address_id WHERE d.message_id IS NOT NULL OR d.outcome = 'sent'"""


def sent_has_arrived(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I8: give the letters that count as sent and are not in the sink, or came to somebody else."""
    if outside.sink is None:
        return
    came = _by_message_id(outside)
    for row in snapshot.rows(LETTERS):
        if row["outcome"] == "sent" and not came.get(row["message_id"]):
            yield f"letter {row['id']} for {row['occasion']} counts as sent, and never came"
        for mail in came.get(row["message_id"], ()):
            if [_folded(address) for address in mail.recipients] != [row["address"]]:
                yield f"letter {row['id']} for {row['occasion']} came to somebody else"


def no_mail_without_a_row(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I9: give the mails that no delivery stands for, or that say something else than it holds."""
    if outside.sink is None:
        return
    rows = {row["message_id"]: row for row in snapshot.rows(LETTERS)}
    for message_id, mails in _by_message_id(outside).items():
        if message_id not in rows:
            yield f"a mail came that no delivery stands for: {message_id or 'without a Message-ID'}"
        elif wrong := next((mail for mail in mails if not _is_whole(mail, rows[message_id])), None):
            yield f"letter {rows[message_id]['id']} came with other bytes than were stored ({wrong.at.isoformat()})"


def doubles_are_known(snapshot: Snapshot, outside: Outside) -> Iterator[str]:
    """I10: give the mails that came again with other bytes, outside every fault, or more often than could be."""
    if outside.sink is None:
        return
    doubles = 0
    for message_id, mails in _by_message_id(outside).items():
        doubles += len(mails) - 1
        if len({mail.content for mail in mails}) > 1:
            yield f"{message_id} came {len(mails)} times, and not the same each time"
        for mail in mails[:-1]:  # the one whose record was lost: the last one was recorded
            if not any(window.holds(mail.at) for window in outside.faults):
                yield f"{message_id} came again, though nothing was wrong at {mail.at.isoformat()}"
    if outside.doubles is not None and doubles > outside.doubles:
        yield f"{doubles} mails came twice, at most {outside.doubles} were in flight"


def _by_message_id(outside: Outside) -> dict[str, list[SunkMail]]:
    mails: dict[str, list[SunkMail]] = defaultdict(list)
    for mail in kept_in(outside.sink) if outside.sink else ():
        mails[mail.message_id].append(mail)
    return mails


def _is_whole(mail: SunkMail, row: Row) -> bool:
    return hashlib.sha256(mail.content).hexdigest() == str(row["message_sha256"])


def _folded(address: str) -> str:
    name, _, domain = address.strip().lower().rpartition("@")
    return f"{name}@{domain.encode('idna').decode()}"
