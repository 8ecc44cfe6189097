"""A mail server on loopback that keeps what it gets, and can be told to refuse, hang or drop ("moods")."""

import asyncio
import email
import email.policy
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from support.servers.services import LOOPBACK, free_port

MOODS = {
    "accept": "250 2.0.0 kept",
    "451": "451 4.3.0 try again later",
    "550": "550 5.7.1 not here",
    "hang": "takes the mail, keeps nothing, and never answers",
    "drop": "takes and keeps the mail, then closes the line without an answer",
    "refuse": "nobody listens on the port",
}


@dataclass(frozen=True)
class SunkLetter:
    """One mail as it came in: envelope and raw bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


@dataclass
class SmtpSink:
    """A mail server that keeps every mail in `letters`, oldest first.

    `mood` is one of MOODS and may be changed at any time. `moods_by_address` says "451" or "550"
    for single recipients, at RCPT. `attempts` counts the mails that were sent to the end of
    DATA, and `connections` the connections that were opened.
    """

    port: int = field(default_factory=free_port)
    letters: list[SunkLetter] = field(default_factory=list)
    moods_by_address: dict[str, str] = field(default_factory=dict)
    attempts: int = 0
    connections: int = 0
    _mood: str = "accept"
    _controller: Controller | None = None
    _end: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://{LOOPBACK}:{self.port}"

    @property
    def mood(self) -> str:
        return self._mood

    @mood.setter
    def mood(self, mood: str) -> None:
        if mood not in MOODS:
            raise ValueError(f"no such mood: {mood}")
        self._mood = mood
        if mood == "refuse":
            self.close()
        else:
            self.open()

    def to(self, address: str) -> list[SunkLetter]:
        """Return the letters to this address, oldest first."""
        return [letter for letter in self.letters if address in letter.recipients]

    def keep(self, letter: SunkLetter) -> None:
        """Keep a letter; called before it is accepted."""
        self.letters.append(letter)

    def clear(self) -> None:
        """Forget the letters, the counts and the moods of single addresses."""
        self.letters.clear()
        self.moods_by_address.clear()
        self.attempts = self.connections = 0

    def open(self) -> None:
        """Listen, unless the server does already."""
        if self._controller is None:
            self._end.clear()
            self._controller = _SinkController(self)
            before = self.connections
            self._controller.start()
            self.connections = before  # the controller connects once to see whether it has started

    def close(self) -> None:
        """Stop listening, and end the connections that hang."""
        if self._controller is not None:
            self._end.set()
            self._controller.stop()
            self._controller = None

    # What aiosmtpd calls.

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        mood = self.moods_by_address.get(address, "accept")
        if mood != "accept":
            return MOODS[mood]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        mood = self._mood
        if mood in ("accept", "drop"):
            content = envelope.original_content or b""
            self.keep(SunkLetter(envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(content)))
        if mood == "hang":
            while not self._end.is_set() and not server.transport.is_closing():
                await asyncio.sleep(0.02)
        if mood in ("hang", "drop"):
            server.transport.abort()
        return MOODS["accept"] if mood in ("hang", "drop") else MOODS[mood]


class _CountingSMTP(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)


class _SinkController(Controller):
    def __init__(self, sink: SmtpSink) -> None:
        super().__init__(sink, hostname=LOOPBACK, port=sink.port, ready_timeout=10)

    def factory(self) -> SMTP:
        return _CountingSMTP(self.handler, hostname="sink.example", enable_SMTPUTF8=True)
