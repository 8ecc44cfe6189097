"""Keeping a mail that came in: its bytes are committed before anybody is told that we have it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.transactions import insert_of
from cases.mail_addresses import LONGEST_ADDRESS
from notifications.inbound_mail import InboundMail

LARGEST_MAIL = 25 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as it came: its bytes, by which mailbox or door, and what the mail server said of sender and recipient.

    An envelope sender of "" is that of a report, to which nobody may reply (RFC 5321, 4.5.5); None: it is not known.
    The same bytes are one mail, unless the mail server gave them to us for two recipients of ours: those are two.
    """

    raw: bytes
    source: str
    envelope_sender: str | None = None
    envelope_recipient: str | None = None


def keep(session: Session, mail: ReceivedMail) -> int | None:
    """Store the mail, to be read later; return the number of its row. None when the same bytes are there already."""
    row = {
        "raw_sha256": hash_of(mail.raw, mail.envelope_recipient),
        "raw": mail.raw,
        "source": mail.source,
        "envelope_sender": _shortened(mail.envelope_sender),
        "envelope_recipient": _shortened(mail.envelope_recipient),
        "received_at": present(session),
        "outcome": "waiting",
        "claims": 0,
    }
    return insert_mail(session, row)


def insert_mail(session: Session, row: dict[str, Any]) -> int | None:
    """Insert the row of a mail, a dict by column; return its number, None when one of the same hash is there."""
    inbound = table_of(InboundMail)
    new = insert_of(session)(inbound).values(row).on_conflict_do_nothing().returning(inbound.c.id)
    return session.execute(new).scalar()


def hash_of(raw: bytes, recipient: str | None = None) -> str:
    """Return the SHA-256 hash, in hex, by which these bytes are kept once; for a recipient that is known, once for it.

    The recipient stands before the bytes in what is hashed, in lower case and with a line end after it. The bytes alone
    would make one mail of one that a mail server delivers to two of our addresses, which counts on both cases.
    """
    before = f"{recipient.lower()}\n".encode(errors="replace") if recipient else b""
    return hashlib.sha256(before + raw).hexdigest()


def _shortened(address: str | None) -> str | None:
    return None if address is None else address[:LONGEST_ADDRESS]
