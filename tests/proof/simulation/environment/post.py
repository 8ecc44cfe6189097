"""A simulated mail server. It stores no letters, only their hashes, subjects, recipients and moments; it can fail."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.header import decode_header, make_header
from pathlib import Path

import flask_mail

from notifications.sending.errors import RefusedForGood, RefusedForNow, Unreachable
from notifications.sending.local_mailbox import Mailbox, MailboxConnection
from notifications.sending.mime import Outgoing

SUBJECT = re.compile(rb"^Subject: ([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.MULTILINE)
MESSAGE_ID = re.compile(rb"^Message-ID: <(\d+)\.", re.MULTILINE)
REFERENCE = re.compile(rb"\b(20\d\d-\d{4,})\b")
SECRET = "kanariefagel"  # what drafts and notes of contacts hold, and no letter may: its letters need no encoding
SOFT_BREAK, HTML_PART = b"=\r\n", b"Content-Type: text/html"


@dataclass(frozen=True)
class SimulatedLetter:
    """One letter that the mail server accepted, at a moment of the simulated clock. `delivery` is the delivery's id."""

    recipient: str
    at: datetime
    delivery: int
    sha256: str
    refs: tuple[str, ...]  # the references of cases in its subject and text
    subject: str
    tells_secret: bool = False  # it holds what is not to be known outside


@dataclass
class ServerBehaviour:
    """How the mail server answers now: unreachable, 451 to all (`defers`), or 550 to the `bouncing` addresses."""

    is_reachable: bool = True
    defers: bool = False
    bouncing: set[str] = field(default_factory=set)


class SimulatedMailServer(Mailbox):
    """The mail server. `now` returns the simulated moment; `on_accept` is called with each letter that is accepted."""

    name = "post.example:25"

    def __init__(self, now: Callable[[], datetime], on_accept: Callable[[SimulatedLetter], None]) -> None:
        super().__init__(Path("never"))
        self.behaviour = ServerBehaviour()
        self.now, self.on_accept = now, on_accept
        self.temporary_failures = 0  # answered 451, or not reachable
        self.rejected: list[tuple[str, datetime]] = []  # address and moment of each 550

    def connection(self, _watcher: object = None) -> "SimulatedConnection":
        """Return a new connection, as the sending code asks for one."""
        return SimulatedConnection(self)

    def accept(self, recipient: str, content: bytes) -> None:
        """Accept a letter. Raises `RefusedForNow` (451) or `RefusedForGood` (550), as the behaviour says."""
        if self.behaviour.defers:
            self.temporary_failures += 1
            raise RefusedForNow("451 4.7.1 greylisted, try again later")
        if recipient in self.behaviour.bouncing:
            self.rejected.append((recipient, self.now()))
            raise RefusedForGood("550 5.1.1 no such mailbox")
        self.on_accept(_read(recipient, content, self.now()))


class SimulatedConnection(MailboxConnection):
    """One connection to the simulated mail server. Entering it raises `Unreachable` when the server is down."""

    def __init__(self, mail_server: SimulatedMailServer) -> None:
        super().__init__(mail_server)
        self.mail_server = mail_server

    def __enter__(self) -> "SimulatedConnection":
        if not self.mail_server.behaviour.is_reachable:
            self.mail_server.temporary_failures += 1
            raise Unreachable("ConnectionRefusedError: nobody listens")
        return self

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Send one letter."""
        if not isinstance(message, Outgoing):
            raise TypeError("only messages that Ventil renders are accepted")
        self.mail_server.accept(message.recipient, message.as_bytes())


def _read(recipient: str, content: bytes, at: datetime) -> SimulatedLetter:
    head, _, body = content.partition(b"\r\n\r\n")
    subject, number = SUBJECT.search(head), MESSAGE_ID.search(head)
    words = str(make_header(decode_header(subject[1].decode("ascii")))) if subject else ""
    text_part, _, _ = body.partition(HTML_PART)  # the HTML part has the same text
    found = REFERENCE.findall(words.encode()) + REFERENCE.findall(text_part.replace(SOFT_BREAK, b""))
    refs = tuple(dict.fromkeys(ref.decode() for ref in found))
    tells_secret = SECRET.encode() in content.replace(SOFT_BREAK, b"")
    return SimulatedLetter(
        recipient, at, int(number[1]) if number else 0, hashlib.sha256(content).hexdigest(), refs, words, tells_secret
    )
