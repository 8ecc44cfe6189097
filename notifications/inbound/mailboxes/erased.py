"""Deleting from mailboxes what was erased here: `delete_since` in the table `inbound` is the list of what is to do.

A mail leaves the list once the server has deleted it, or no longer has it: a mailbox that is away loses nothing.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from cases.database.clock import present
from cases.database.transactions import Database
from notifications.inbound.keeping import hash_of
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import ImapConnection
from notifications.inbound.mailboxes.folders import taken_if_there
from notifications.inbound_mail import InboundMail

LOG = structlog.get_logger()
MOST, LONGEST = 100, 60.0  # mails and seconds in one poll
PLAIN = re.compile(r"[A-Za-z0-9@._+=/-]+")  # of a Message-ID, what needs no quoting in a search
WITHOUT_ID = 'NOT HEADER Message-ID ""'  # every header holds the empty text
OTHER = aliased(InboundMail)
LISTED = (
    select(InboundMail.id, InboundMail.raw_sha256, InboundMail.message_id, InboundMail.case_id)
    .where(InboundMail.delete_since.is_not(None))
    .order_by(InboundMail.id)
    .limit(MOST)
)


class _Erased(NamedTuple):
    """One mail to delete: its number, the hash of its bytes, and the Message-IDs under which it may lie there."""

    id: int
    raw_sha256: str
    message_ids: frozenset[str]


def list_again(session: Session, raw_sha256: str) -> None:
    """List a mail for deletion whose bytes came once more, though they were erased here."""
    same = (
        InboundMail.raw_sha256 == raw_sha256,
        InboundMail.raw.is_(None),
        InboundMail.trouble.is_distinct_from("too_big"),
    )
    session.execute(update(InboundMail).where(*same).values(delete_since=present(session)))


def delete_erased(database: Database, mailbox: ImapConnection) -> int:
    """Delete the listed mails of this mailbox, in the folder that is read and in "Ventil"; return how many.

    Only exactly their bytes are deleted, each copy of them. Opens other folders of the mailbox. Raises what the server
    refuses, as its commands do.
    """
    login = mailbox.mailbox_login
    erased = _listed(database, login.name)
    if not erased:
        return 0
    ends_at, deleted = time.monotonic() + LONGEST, 0
    taken = taken_if_there(mailbox)
    for folder in filter(None, (login.folder, taken)):
        mailbox.folder.set(folder)
        for one in erased:
            if time.monotonic() > ends_at:
                return deleted  # the list stays as it is: the next poll goes on
            uids = list(_copies(mailbox, one))
            messages.delete(mailbox, uids)
            deleted += len(uids)
    with database.transaction() as session:
        done = [one.id for one in erased]
        session.execute(update(InboundMail).where(InboundMail.id.in_(done)).values(delete_since=None))
    LOG.info("mailbox.erased", mailbox=login.name, mails=deleted)
    return deleted


def _listed(database: Database, source: str) -> Sequence[_Erased]:
    with database.reading() as session:
        rows = session.execute(LISTED.where(InboundMail.source == source)).all()
        return [_Erased(row.id, row.raw_sha256, _message_ids(session, row.message_id, row.case_id)) for row in rows]


def _message_ids(session: Session, own: str | None, case_id: int | None) -> frozenset[str]:
    """Return the mail's Message-ID; of a second delivery, which has none, those of all mails about its case."""
    if own is not None:
        return frozenset({own})
    same_case = (OTHER.case_id == case_id, OTHER.message_id.is_not(None))
    return frozenset(
        found for found in session.scalars(select(OTHER.message_id).where(*same_case)) if found is not None
    )


def _copies(mailbox: ImapConnection, erased: _Erased) -> Iterator[str]:
    """Yield the uids of the mails in the open folder that are exactly this one."""
    for uid in dict.fromkeys(_candidates(mailbox, erased.message_ids)):
        raw = messages.fetch(mailbox, uid)
        if raw is not None and hash_of(raw) == erased.raw_sha256:
            yield uid


def _candidates(mailbox: ImapConnection, message_ids: Iterable[str]) -> Iterator[str]:
    for message_id in message_ids:
        part = max(PLAIN.findall(message_id), key=len, default="")
        criteria = f'HEADER Message-ID "{part}"' if part else WITHOUT_ID
        yield from messages.list_uids(mailbox, f"({messages.ALL_THAT_STAYS} {criteria})")
