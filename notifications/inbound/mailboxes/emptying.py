"""Emptying the folder "Ventil" of what was kept long ago. What was never kept stays: somebody put it there by hand."""

import time
from datetime import date, timedelta

import structlog
from imap_tools import AND
from sqlalchemy import select

from cases.database.clock import present
from cases.database.transactions import Database
from cases.settings.mail_in import MailboxLogin, MailInSettings, OAuthClient
from notifications.inbound.keeping import LARGEST_MAIL, hash_of
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import ImapConnection, open_mailbox
from notifications.inbound.mailboxes.errors import MailboxTrouble
from notifications.inbound.mailboxes.folders import taken_if_there
from notifications.inbound_mail import InboundMail

LOG = structlog.get_logger()
LONGEST = 300.0  # seconds for one mailbox: what is left then is for the next night


def empty_all(database: Database, settings: MailInSettings) -> int:
    """Delete what came more than `settings.kept_days` days ago, in the folder of each mailbox; return how many mails.

    A mailbox that cannot be read is logged and left for the next time.
    """
    with database.reading() as session:
        before = (present(session) - timedelta(days=settings.kept_days)).date()
    removed = 0
    for login in settings.mailboxes:
        try:
            removed += empty(database, login, before, settings.oauth)
        except MailboxTrouble as trouble:
            LOG.warning("mailbox.not_emptied", mailbox=login.name, error=type(trouble).__name__, why=str(trouble))
    return removed


def empty(database: Database, login: MailboxLogin, before: date, oauth: OAuthClient | None = None) -> int:
    """Delete the mails of the folder "Ventil" that came before this day and are kept here; return how many."""
    ends_at = time.monotonic() + LONGEST
    with open_mailbox(login, oauth) as mailbox:
        folder = taken_if_there(mailbox)
        if folder is None:
            return 0
        mailbox.folder.set(folder)
        uids = messages.list_uids(mailbox, f"({messages.ALL_THAT_STAYS} {AND(date_lt=before)})")
        sizes = messages.sizes_of(mailbox, uids)
        kept = []
        for uid in uids:
            if time.monotonic() > ends_at:
                break
            if sizes.get(uid, 0) <= LARGEST_MAIL and _is_kept(database, mailbox, uid):
                kept.append(uid)
        messages.delete(mailbox, kept)
    return len(kept)


def _is_kept(database: Database, mailbox: ImapConnection, uid: str) -> bool:
    """Return whether there is a row of exactly these bytes, be it that they were erased from it."""
    raw = messages.fetch(mailbox, uid)
    if raw is None:
        return False
    with database.reading() as session:
        same = InboundMail.raw_sha256 == hash_of(raw)
        return session.scalar(select(InboundMail.id).where(same)) is not None
