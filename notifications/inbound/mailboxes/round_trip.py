"""The round trip of a letter to ourselves: sent, seen in a mailbox and deleted there, or kept by our door."""

import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sqlalchemy import func, select

from cases.database.transactions import Database
from cases.settings import Settings
from cases.settings.mail_in import PLACEHOLDER, MailboxLogin, OAuthClient
from notifications.inbound.mailboxes import messages
from notifications.inbound.mailboxes.connecting import ImapConnection, open_mailbox
from notifications.inbound.mailboxes.folders import taken_if_there
from notifications.inbound_mail import BY_DOOR, InboundMail
from notifications.sending.errors import Refused, Unreachable
from notifications.sending.mime import Outgoing
from notifications.sending.sending import transport_from

PATIENCE, LOOKS_EVERY = 60.0, 1.0  # seconds
OR_THE_DOOR = " (or VENTIL_LMTP, where a mail server on this machine hands mail over)"
OF_NO_LETTER = "0.prov"  # where the token of a letter stands: no letter has the number 0
WORDS = "Ventil har skickat det här mejlet till sig själv, för att se att mejl kommer fram. Det tas bort igen.\n"


class NoRoundTrip(Exception):
    """The letter to ourselves was not sent, or did not come. The message is one line, `remedy` says what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


def send_and_wait(settings: Settings, database: Database, *, at: datetime, patience: float = PATIENCE) -> Iterator[str]:
    """Send a letter to an address of ours such as those for replies, and wait until it comes to a mailbox or our door.

    In a mailbox it is deleted; what our door (LMTP) takes is kept in the database. Yield a line for each thing that was
    seen; `at` is the date of the letter. A Ventil that runs meanwhile may have moved the letter to the folder "Ventil",
    and files it as automatic, on no case. Raises `NoRoundTrip`, or a `MailboxTrouble` of a mailbox.
    """
    to = _own_address(settings)
    message_id = f"prov.{secrets.token_hex(10)}@{settings.mail_from.rpartition('@')[2]}"
    for login in settings.incoming.mailboxes:
        with open_mailbox(login, settings.incoming.oauth) as mailbox:
            yield f"mailbox {login.name}: {len(messages.list_uids(mailbox))} waiting"
    last = _last_row(database)
    began = time.monotonic()
    _send(settings, to, message_id, at)
    yield f"sent a letter to {to}"
    while time.monotonic() - began < patience:
        for login in settings.incoming.mailboxes:
            if folder := _found_and_deleted(login, settings.incoming.oauth, message_id):
                seconds = time.monotonic() - began
                yield f"it came to {login.name} within {seconds:.0f} s, seen in the folder {folder}, and was deleted"
                return
        if settings.incoming.lmtp and _is_kept(database, last, message_id):
            seconds = time.monotonic() - began
            yield f"it came to the door for mail within {seconds:.0f} s and was kept; it is filed on no case"
            return
        time.sleep(LOOKS_EVERY)
    remedy = "see in the mail server's log what became of it: does it know plus addresses, or the subdomain?"
    if not settings.incoming.mailboxes:
        remedy = f"{remedy} Does `ventil lmtp` run?"
    raise NoRoundTrip(f"the letter to {to} has not come within {patience:.0f} s", remedy)


def _own_address(settings: Settings) -> str:
    incoming = settings.incoming
    needed = {
        "VENTIL_MAIL_IN": incoming.mailboxes or incoming.lmtp,
        "VENTIL_MAIL_REPLY": incoming.reply_to,
        "VENTIL_SMTP_URL": settings.smtp_url,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing or incoming.reply_to is None:
        tried = [f"the mailbox {login.name}" for login in incoming.mailboxes]
        tried += ["the door for mail (VENTIL_LMTP)"] if incoming.lmtp else []
        only = (
            f"only {' and '.join(tried)} could be tried, above" if tried else "nothing of incoming mail could be tried"
        )
        verb = "is" if len(missing) == 1 else "are"
        what = f"{', '.join(missing)} {verb} not set: no letter was sent to ourselves, {only}"
        raise NoRoundTrip(what, f"set {', '.join(missing)}{OR_THE_DOOR if 'VENTIL_MAIL_IN' in missing else ''}")
    return incoming.reply_to.replace(PLACEHOLDER, OF_NO_LETTER)


def _last_row(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.max(InboundMail.id))) or 0


def _is_kept(database: Database, last: int, message_id: str) -> bool:
    """Return whether a mail with this Message-ID came by our door after the row with the number `last`."""
    came = (InboundMail.id > last, InboundMail.source == BY_DOOR)
    with database.reading() as session:
        later = session.scalars(select(InboundMail.raw).where(*came)).all()
    return any(raw is not None and message_id.encode() in raw for raw in later)


def _send(settings: Settings, to: str, message_id: str, at: datetime) -> None:
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"], letter["Subject"] = settings.mail_from, to, "Ventil: prov"
    letter["Date"], letter["Message-ID"] = format_datetime(at), f"<{message_id}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(WORDS)
    try:
        with transport_from(settings).server.connection() as connection:
            connection.send(Outgoing(sender=settings.mail_from, recipient=to, content=letter.as_bytes()))
    except (Refused, Unreachable) as error:
        raise NoRoundTrip(f"the letter to {to} cannot be sent: {error}", "put VENTIL_SMTP_URL right") from None


def _found_and_deleted(login: MailboxLogin, oauth: OAuthClient | None, message_id: str) -> str | None:
    """Return the folder in which the letter lay, from which it is deleted; None when it has not come."""
    with open_mailbox(login, oauth) as mailbox:
        for folder in (login.folder, taken_if_there(mailbox)):
            if folder is not None and (uids := _with_id(mailbox, folder, message_id)):
                messages.delete(mailbox, uids)
                return folder
    return None


def _with_id(mailbox: ImapConnection, folder: str, message_id: str) -> Sequence[str]:
    mailbox.folder.set(folder)
    return messages.list_uids(mailbox, f'({messages.ALL_THAT_STAYS} HEADER Message-ID "<{message_id}>")')
