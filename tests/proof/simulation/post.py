"""The post: a mail server that keeps no letters, only their hashes, subjects, recipients and moments. It has moods."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.header import decode_header, make_header
from pathlib import Path

import flask_mail

from notifications.sending.errors import RefusedForGood, RefusedForNow, Unreachable
from notifications.sending.mailbox import Mailbox, MailboxConnection
from notifications.sending.mime import Outgoing

SUBJECT = re.compile(rb"^Subject: ([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.MULTILINE)
MESSAGE_ID = re.compile(rb"^Message-ID: <(\d+)\.", re.MULTILINE)
REFERENCE = re.compile(rb"\b(20\d\d-\d{4,})\b")
SOFT_BREAK, HTML_PART = b"=\r\n", b"Content-Type: text/html"


@dataclass(frozen=True)
class SimulatedLetter:
    """One letter that the post took: to whom, when (the story's clock), its delivery's number, its bytes' hash."""

    recipient: str
    at: datetime
    delivery: int
    sha256: str
    refs: tuple[str, ...]  # the cases that it names
    subject: str


@dataclass
class ServerMood:
    """How the server behaves now."""

    is_there: bool = True
    says_later: bool = False
    bouncing: set[str] = field(default_factory=set)


class SimulatedTransport(Mailbox):
    """What letters are handed to. `present` says what time it is; `accepted` hears of each letter that is taken."""

    name = "post.example:25"

    def __init__(self, present: Callable[[], datetime], accepted: Callable[[SimulatedLetter], None]) -> None:
        super().__init__(Path("never"))
        self.mood = ServerMood()
        self.present, self.accepted = present, accepted
        self.turned_away = 0  # for now, or at the door
        self.refused: list[tuple[str, datetime]] = []  # for good

    def connection(self) -> "PostLine":
        """Give a connection."""
        return PostLine(self)

    def take(self, recipient: str, content: bytes) -> None:
        """Take a letter, or refuse it as the mood is."""
        if self.mood.says_later:
            self.turned_away += 1
            raise RefusedForNow("451 4.7.1 greylisted, try again later")
        if recipient in self.mood.bouncing:
            self.refused.append((recipient, self.present()))
            raise RefusedForGood("550 5.1.1 no such mailbox")
        self.accepted(_read(recipient, content, self.present()))


class PostLine(MailboxConnection):
    """One connection to the post."""

    def __init__(self, post: SimulatedTransport) -> None:
        super().__init__(post)
        self.post = post

    def __enter__(self) -> "PostLine":
        if not self.post.mood.is_there:
            self.post.turned_away += 1
            raise Unreachable("ConnectionRefusedError: nobody listens")
        return self

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Hand over one letter."""
        if not isinstance(message, Outgoing):
            raise TypeError("the post takes letters of ours")
        self.post.take(message.recipient, message.as_bytes())


def _read(recipient: str, content: bytes, at: datetime) -> SimulatedLetter:
    head, _, body = content.partition(b"\r\n\r\n")
    subject, number = SUBJECT.search(head), MESSAGE_ID.search(head)
    words = str(make_header(decode_header(subject[1].decode("ascii")))) if subject else ""
    told, _, _ = body.partition(HTML_PART)  # which says the same
    named = REFERENCE.findall(words.encode()) + REFERENCE.findall(told.replace(SOFT_BREAK, b""))
    refs = tuple(dict.fromkeys(ref.decode() for ref in named))
    return SimulatedLetter(
        recipient, at, int(number[1]) if number else 0, hashlib.sha256(content).hexdigest(), refs, words
    )
