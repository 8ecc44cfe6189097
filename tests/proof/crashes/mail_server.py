"""A mail server without sockets, on the far side of our own line: it keeps what it gets and can be in a bad mood."""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cases.demo.moving_clock import MovingClock
from notifications.sending.smtp import SmtpConnection, SmtpServer
from proof.crashes.boundaries import Boundaries

Answer = tuple[int, bytes]
FINE: Answer = (250, b"2.0.0 fine")


class MailServerMood(StrEnum):
    """How the server behaves towards letters, or towards whoever knocks."""

    ACCEPT = "accept"
    NOT_NOW = "451"
    NEVER = "550"
    REFUSE = "refuse"
    DROP = "drop"  # it keeps the letter, and closes the line without an answer


ANSWERS: dict[MailServerMood, Answer] = {
    MailServerMood.ACCEPT: FINE,
    MailServerMood.NOT_NOW: (451, b"4.3.0 try again later"),
    MailServerMood.NEVER: (550, b"5.7.1 not here"),
}


@dataclass(frozen=True)
class AcceptedMail:
    """One letter that the server has taken: when, for whom, and its bytes."""

    at: datetime
    recipient: str
    content: bytes


@dataclass
class CrashingMailServer:
    """What stands outside the house and outlives its processes."""

    clock: MovingClock
    mood: MailServerMood = MailServerMood.ACCEPT
    accepted: list[AcceptedMail] = field(default_factory=list)

    def take(self, recipient: str, content: bytes) -> Answer:
        """Answer to the dot; `SMTPServerDisconnected` in the mood in which it says nothing."""
        if self.mood in {MailServerMood.ACCEPT, MailServerMood.DROP}:
            self.accepted.append(AcceptedMail(self.clock.now, recipient, content))
        if self.mood in ANSWERS:
            return ANSWERS[self.mood]
        raise smtplib.SMTPServerDisconnected("the line was closed")


@dataclass(frozen=True)
class Reached(SmtpServer):
    """The server as a process of the house reaches it; each command that it answers is a boundary."""

    outside: CrashingMailServer = field(kw_only=True)
    boundaries: Boundaries = field(kw_only=True)

    def connection(self) -> SmtpConnection:
        """Give the house's own line, whose far end is in memory."""
        line = super().connection()
        line._connect = self.boundaries.watched("mail: connect", self._knock)  # type: ignore[method-assign]
        return line

    def _knock(self) -> smtplib.SMTP:
        if self.outside.mood is MailServerMood.REFUSE:
            raise ConnectionRefusedError("nobody listens")
        return _FarEnd(self.outside, self.boundaries.watched)


class _FarEnd(smtplib.SMTP):
    """The library's connection without a socket."""

    def __init__(
        self, outside: CrashingMailServer, watched: Callable[[str, Callable[..., Answer]], Callable[..., Answer]]
    ):
        super().__init__(local_hostname="localhost")
        self.outside, self.recipient = outside, ""
        self.mail = watched("mail: MAIL", self._mail)  # type: ignore[method-assign]
        self.rcpt = watched("mail: RCPT", self._rcpt)  # type: ignore[method-assign]
        self.data = watched("mail: DATA", self._data)  # type: ignore[method-assign]

    def _mail(self, _sender: str) -> Answer:
        return FINE

    def _rcpt(self, recipient: str) -> Answer:
        self.recipient = recipient
        return FINE

    def _data(self, content: bytes) -> Answer:
        return self.outside.take(self.recipient, content)

    def rset(self) -> Answer:
        """Forget the envelope."""
        return FINE

    def quit(self) -> Answer:
        """Say good-bye."""
        return FINE
