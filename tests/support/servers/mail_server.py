"""The fake mail server: it keeps the mails that it gets, and its mood says how it answers.

It can be asked in this process (`take`), listen for SMTP on loopback (`open`), or run as a process of its own
(mail_server_process.py).
"""

import asyncio
import email
import email.policy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from support.servers.services import LOOPBACK, free_port


class MailServerMood(StrEnum):
    """How the server behaves towards mails, or towards whoever connects."""

    ACCEPT = "accept"
    NOT_NOW = "451"
    NEVER = "550"
    NEVER_TO_SOME = "550 for some"  # those whose local part ends in one of SOME
    HANG = "hang"  # it takes the mail, keeps nothing, and never answers
    DROP = "drop"  # it keeps the mail, and closes the connection without an answer
    REFUSE = "refuse"  # nobody listens on the port


SOME = ("3", "5")
RECIPIENT_IS_FINE = "250 2.1.5 fine"
ANSWERS = {
    MailServerMood.ACCEPT: "250 2.0.0 kept",
    MailServerMood.NOT_NOW: "451 4.3.0 try again later",
    MailServerMood.NEVER: "550 5.7.1 not here",
    MailServerMood.NEVER_TO_SOME: "250 2.0.0 kept",
}
KEEPING = frozenset({MailServerMood.ACCEPT, MailServerMood.NEVER_TO_SOME, MailServerMood.DROP})


@dataclass(frozen=True)
class AcceptedMail:
    """One mail as the server accepted it: its envelope, its bytes, and the moment (UTC) when its data ended."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    at: datetime

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class FakeMailServer:
    """Stores every mail in `letters`, in the order in which they came, or calls `keep` with it instead, if that is set.

    `mood` may be changed at any time; `moods_by_address` sets "451" or "550" for single recipients, answered at RCPT.
    `attempts` counts the mails whose data came to its end, `unsaid` those that were stored without an answer, and
    `connections` the connections that were opened. `now` returns the moment to note with a mail.
    """

    port: int = field(default_factory=free_port)
    letters: list[AcceptedMail] = field(default_factory=list)
    keep: Callable[[AcceptedMail], object] | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    moods_by_address: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    unsaid: int = 0
    connections: int = 0
    _mood: MailServerMood = MailServerMood.ACCEPT
    _is_open: bool = False
    _controller: Controller | None = None
    _end_of_hanging: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """What VENTIL_SMTP_URL is to say."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def mood(self) -> MailServerMood:
        """How it behaves now."""
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        """Take another mood, also by its value; `ValueError` when there is none. What hangs in the old one ends."""
        self._mood = MailServerMood(mood)
        self._stop_hanging()
        if self._is_open:
            self._listen_if_in_the_mood()

    def to(self, address: str) -> list[AcceptedMail]:
        """Return the mails in `letters` for this address, oldest first."""
        return [letter for letter in self.letters if address in letter.recipients]

    def clear(self) -> None:
        """Forget the letters, the counts and the moods of single addresses."""
        self.letters.clear()
        self.moods_by_address.clear()
        self.attempts = self.unsaid = self.connections = 0

    def answer_to_recipient(self, address: str) -> str:
        """Return the answer to RCPT: code and words."""
        if self._mood is MailServerMood.NEVER_TO_SOME and address.partition("@")[0].endswith(SOME):
            return ANSWERS[MailServerMood.NEVER]
        mood = MailServerMood(self.moods_by_address.get(address, MailServerMood.ACCEPT))
        return RECIPIENT_IS_FINE if mood is MailServerMood.ACCEPT else ANSWERS[mood]

    def take(self, sender: str, recipients: tuple[str, ...], content: bytes) -> str | None:
        """Take one mail, and return the answer to its last dot: code and words, None in a mood that says nothing."""
        self.attempts += 1
        answer = ANSWERS.get(self._mood)
        if self._mood in KEEPING:
            mail = AcceptedMail(sender, recipients, content, self.now())
            (self.keep or self.letters.append)(mail)
            self.unsaid += answer is None
        return answer

    # --- over SMTP ---

    def open(self) -> None:
        """Listen on the port, unless the mood is that nobody does."""
        self._is_open = True
        self._listen_if_in_the_mood()

    def close(self) -> None:
        """Stop listening, and end what hangs."""
        self._is_open = False
        self._stop_hanging()
        self._stop_listening()

    async def await_end_of_hanging(self, server: SMTP) -> None:
        """Wait until the mood changes or the client has gone, when the mood is to hang."""
        end = self._end_of_hanging
        while self._mood is MailServerMood.HANG and not end.is_set() and not _transport(server).is_closing():
            await asyncio.sleep(0.02)

    def _stop_hanging(self) -> None:
        self._end_of_hanging.set()
        self._end_of_hanging = threading.Event()

    def _listen_if_in_the_mood(self) -> None:
        if self._mood is MailServerMood.REFUSE:
            self._stop_listening()
        elif self._controller is None:
            self._controller = _Controller(_SmtpHandler(self), self.port)
            before = self.connections
            self._controller.start()
            self.connections = before  # the controller connects once to see that it is up

    def _stop_listening(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


def into_folder(folder: Path) -> Callable[[AcceptedMail], None]:
    """Return what keeps a mail as a file of this folder, as the checker of the proof reads it; for `keep`."""
    from proof.checker.evidence.sink import SunkMail, store_mail

    return lambda mail: store_mail(folder, SunkMail(mail.at, mail.recipients, mail.content, mail.sender))


@dataclass
class _SmtpHandler:
    """What aiosmtpd calls for each command."""

    mail_server: FakeMailServer

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.mail_server.answer_to_recipient(address)
        if answer == RECIPIENT_IS_FINE:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = bytes(envelope.original_content or b"")
        answer = self.mail_server.take(envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        if answer is not None:
            return answer
        await self.mail_server.await_end_of_hanging(server)
        _transport(server).abort()
        return ANSWERS[MailServerMood.ACCEPT]  # nobody hears it


class _CountingSMTP(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.mail_server.connections += 1
        super().connection_made(transport)


class _Controller(Controller):
    def __init__(self, handler: _SmtpHandler, port: int) -> None:
        super().__init__(handler, hostname=LOOPBACK, port=port, ready_timeout=10)

    def factory(self) -> SMTP:
        return _CountingSMTP(self.handler, hostname="sink.example", enable_SMTPUTF8=True)


def _transport(server: SMTP) -> asyncio.WriteTransport:
    assert isinstance(server.transport, asyncio.WriteTransport)
    return server.transport
