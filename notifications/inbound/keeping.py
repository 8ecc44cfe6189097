"""Keeping a mail that came in: its bytes are committed before anybody is told that we have it."""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.transactions import insert_of
from cases.mail_addresses import LONGEST_ADDRESS
from notifications.inbound_mail import InboundMail


@dataclass(frozen=True)
class ReceivedMail:
    """A mail as it came: its bytes, by which mailbox or door, and what the mail server said of sender and recipient.

    An envelope sender of "" is that of a report, to which nobody may reply (RFC 5321, 4.5.5); None: it is not known.
    """

    raw: bytes
    source: str
    envelope_sender: str | None = None
    envelope_recipient: str | None = None


def keep(session: Session, mail: ReceivedMail) -> int | None:
    """Store the mail, to be read later; return the number of its row. None when the same bytes are there already."""
    row = {
        "raw_sha256": hashlib.sha256(mail.raw).hexdigest(),
        "raw": mail.raw,
        "source": mail.source,
        "envelope_sender": _shortened(mail.envelope_sender),
        "envelope_recipient": _shortened(mail.envelope_recipient),
        "received_at": present(session),
        "outcome": "waiting",
        "claims": 0,
    }
    inbound = table_of(InboundMail)
    new = insert_of(session)(inbound).values(row).on_conflict_do_nothing().returning(inbound.c.id)
    return session.execute(new).scalar()


def _shortened(address: str | None) -> str | None:
    return None if address is None else address[:LONGEST_ADDRESS]
