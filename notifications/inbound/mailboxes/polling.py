"""One poll of a mailbox: each mail is kept, and only then moved to the folder "Ventil".

A crash in between leaves the mail where it was: the next poll finds its bytes kept already and moves it. So any number
of processes may poll one mailbox; each mail is kept once.
"""

import hashlib
import time
from collections.abc import Mapping

import structlog
from sqlalchemy.orm import Session

from cases.access.actors import THE_CLOCK
from cases.database.clock import present
from cases.database.transactions import Database
from cases.history.events import MailTrouble
from cases.history.municipality_events import record_for_municipality
from cases.settings.mail_in import MailboxLogin, MailInSettings, OAuthClient
from notifications.inbound.keeping import LARGEST_MAIL, ReceivedMail, hash_of, insert_mail, keep
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import ImapConnection, open_mailbox
from notifications.inbound.mailboxes.erased import delete_erased, list_again
from notifications.inbound.mailboxes.errors import CommandRefused, MailboxTrouble, answer_in, one_line
from notifications.inbound.mailboxes.folders import folder_of_taken, folder_of_too_big
from notifications.inbound.mailboxes.poll_records import forget_other_mailboxes, record_not_read, record_read
from notifications.inbound_mail import InboundOutcome

LOG = structlog.get_logger()
MOST_IN_A_POLL = 200  # mails
LONGEST_POLL = 60.0  # seconds: what is left then is for the next poll


def poll_all(database: Database, settings: MailInSettings) -> int:
    """Read every mailbox that is set, and return how many mails are new. One that fails does not stop the others.

    How it went is recorded for each mailbox; only errors of the database are raised.
    """
    new = 0
    for login in settings.mailboxes:
        try:
            new += poll(database, login, settings.oauth)
        except MailboxTrouble as trouble:
            LOG.warning("mailbox.not_read", mailbox=login.name, error=type(trouble).__name__, why=str(trouble))
            with database.transaction() as session:
                record_not_read(session, login.name, str(trouble))
        else:
            with database.transaction() as session:
                record_read(session, login.name)
    forget_other_mailboxes(database, [login.name for login in settings.mailboxes])
    return new


def poll(database: Database, login: MailboxLogin, oauth: OAuthClient | None = None) -> int:
    """Keep the mails in the mailbox's folder, oldest first, at most 200, and move them; return how many are new.

    A mail above 25 MB is not fetched: it is moved to a folder of its own, and desk and administrators are told. When
    the server refuses to give or to move single mails, the others are still read, and `CommandRefused` is raised then.
    What was erased here since the last poll is deleted in the mailbox.
    Raises another `MailboxTrouble` when nothing more can be read.
    """
    ends_at = time.monotonic() + LONGEST_POLL
    with open_mailbox(login, oauth) as mailbox:
        validity = messages.uid_validity(mailbox)
        uids = messages.list_uids(mailbox)[:MOST_IN_A_POLL]
        sizes = messages.sizes_of(mailbox, uids)
        too_big = {uid: size for uid, size in sizes.items() if size > LARGEST_MAIL}
        if too_big:
            _put_away(database, mailbox, {f"{validity}:{uid}": size for uid, size in too_big.items()})
            messages.move(mailbox, too_big, folder_of_too_big(mailbox))
        new, refused = 0, {}
        to_read = [uid for uid in uids if uid in sizes and uid not in too_big]
        taken = folder_of_taken(mailbox) if to_read else ""
        for uid in to_read:
            if time.monotonic() > ends_at:
                break
            try:
                new += _keep(database, mailbox, uid)
                messages.move(mailbox, [uid], taken)
            except messages.MESSAGE_REFUSED as error:
                refused[uid] = one_line(answer_in(error))
        try:
            _raise_if_still_there(mailbox, refused)
        finally:
            delete_erased(database, mailbox)
    return new


def _raise_if_still_there(mailbox: ImapConnection, refused: Mapping[str, str]) -> None:
    """Raise `CommandRefused` for the mails that were refused, by uid with the server's words, and still lie there.

    The others were moved by another process in between, at which servers refuse too.
    """
    if refused:
        mailbox.client.noop()  # the server says what is gone
        there = set(messages.list_uids(mailbox))
        why = [said for uid, said in refused.items() if uid in there]
        if why:
            raise CommandRefused(f"{len(why)} mails cannot be read or moved: {why[0]}")


def _keep(database: Database, mailbox: ImapConnection, uid: str) -> bool:
    """Keep the mail in a transaction of its own; return whether it is new."""
    raw = messages.fetch(mailbox, uid)
    if raw is None:
        return False  # another process has moved it
    with database.transaction() as session:
        row = keep(session, ReceivedMail(raw, mailbox.mailbox_login.name))
        if row is None:
            list_again(session, hash_of(raw))
    LOG.info("inbound.kept", row=row, double=row is None, by="mailbox")
    return row is not None


def _put_away(database: Database, mailbox: ImapConnection, too_big: Mapping[str, int]) -> None:
    """Keep a row without bytes for each mail that is too big, and write one event for those that have none yet.

    `too_big` has the size of each by what names the mail in the mailbox for ever: UIDVALIDITY and uid.
    """
    source = mailbox.mailbox_login.name
    with database.transaction() as session:
        new = [_put_row_away(session, source, name, size) for name, size in too_big.items()]
        if any(new):
            trouble = MailTrouble(what="too_big", source=source, count=sum(new))
            record_for_municipality(session, trouble, by=THE_CLOCK, at=present(session))


def _put_row_away(session: Session, source: str, name: str, size: int) -> bool:
    moment = present(session)
    row = {
        "raw_sha256": hashlib.sha256(f"too big: {source}: {name}".encode()).hexdigest(),
        "raw": None,
        "source": source,
        "received_at": moment,
        "outcome": InboundOutcome.SET_ASIDE,
        "finished_at": moment,
        "trouble": "too_big",
        "last_error": f"{size} bytes are more than {LARGEST_MAIL}",
        "claims": 0,
    }
    return insert_mail(session, row) is not None
