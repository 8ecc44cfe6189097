"""The door's answers: who is a recipient of ours, and 250 only for what is committed; one answer for each recipient."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from cases.database.transactions import Database
from cases.mail_addresses import with_ascii_domain
from notifications.inbound.keeping import LARGEST_MAIL, ReceivedMail, keep
from notifications.inbound_mail import BY_DOOR
from notifications.letters.reply_addresses import ReplyAddresses

LOG = structlog.get_logger()
NOBODY = "<>"  # the sender of a report, as aiosmtpd writes it
OURS, NOT_OURS = "250 2.1.5 that is one of ours", "550 5.1.1 no such address here"
KEPT, NOT_NOW = "250 2.0.0 kept", "451 4.3.0 cannot be kept now, try again later"
TOO_BIG = f"552 5.3.4 the mail is too big: at most {LARGEST_MAIL // 1024 // 1024} MB are taken"
TOO_MANY = "452 4.5.3 too many recipients, the others in a mail of their own"
MOST_RECIPIENTS = 100
IDLE_SECONDS = 60.0
LONGEST_LINE = 1024 * 1024  # bytes: some mail servers hand on longer lines than RFC 5321 allows


class Door:
    """Decides on each recipient and keeps each mail. `ours` is None without a pattern: then everybody is one of ours.

    `kept` is called after a mail was committed, so that it is filed soon.
    """

    def __init__(self, database: Database, ours: ReplyAddresses | None, kept: Callable[[], object]) -> None:
        self.database, self.ours, self.kept = database, ours, kept
        self.keeping = 0  # mails that are being written just now

    async def handle_RCPT(
        self, server: LMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Return the answer to RCPT: 250 for an address of ours, 550 for another, 452 above a hundred."""
        if not self._is_ours(address):
            return NOT_OURS
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return OURS

    async def handle_DATA(self, server: LMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail once for each recipient, and return as many answers, each in a line of its own."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = "" if envelope.mail_from == NOBODY else envelope.mail_from
        self.keeping += 1
        try:
            answers = [
                await asyncio.to_thread(self._keep, ReceivedMail(content, BY_DOOR, sender, recipient))
                for recipient in envelope.rcpt_tos
            ]
        finally:
            self.keeping -= 1
        if KEPT in answers:
            await asyncio.to_thread(self.kept)
        return "\r\n".join(answers)

    async def handle_exception(self, error: Exception) -> str:
        """Return the answer to what nobody foresaw: the mail server comes again, with a double of what is kept."""
        LOG.error("door.trouble", error=type(error).__name__)
        return NOT_NOW

    def _is_ours(self, address: str) -> bool:
        return self.ours is None or self.ours.is_ours(address) or self.ours.is_ours(_in_ascii(address))

    def _keep(self, mail: ReceivedMail) -> str:
        try:
            with self.database.transaction() as session:
                row = keep(session, mail)
        except Exception as error:  # whatever it is: the mail server has the mail, and comes again
            LOG.error("inbound.not_kept", by=BY_DOOR, error=type(error).__name__)
            return NOT_NOW
        LOG.info("inbound.kept", row=row, double=row is None, by=BY_DOOR)
        return KEPT


class DoorConnection(LMTP):
    """One connection of a mail server. After DATA it gets an answer for each recipient, also when the mail is refused.

    aiosmtpd knows LMTP's greeting, but gives one answer after DATA, as SMTP does.
    """

    line_length_limit = LONGEST_LINE

    def __init__(self, door: Door, hostname: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            door,
            data_size_limit=LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Ventil",
            timeout=IDLE_SECONDS,
            loop=loop,
        )
        self._owed = 0  # answers, once the mail server was told to send its data

    async def push(self, status: Any) -> None:
        """Send an answer; the one to the data once for each recipient, unless it has a line for each already."""
        text = status.decode() if isinstance(status, bytes) else str(status)
        if text.startswith("552"):
            text = TOO_BIG
        if text.startswith("354"):
            self._owed = len(self.envelope.rcpt_tos) if self.envelope else 0
        elif self._owed:
            if "\r\n" not in text:
                text = "\r\n".join([text] * self._owed)
            self._owed = 0
        await super().push(text)


def _in_ascii(address: str) -> str:
    try:
        return with_ascii_domain(address)
    except ValueError:
        return address
