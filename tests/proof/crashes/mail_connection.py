"""The SMTP connection of Ventil to the fake mail server, without a socket; each command that is answered is a boundary.

The code under test is Ventil's own `SmtpConnection`: only the library's connection beneath it is another.
"""

import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field

from support.servers.mail_server import FakeMailServer, MailServerMood

from notifications.sending.smtp import SmtpConnection, SmtpServer, WatchedSmtp, Watcher
from proof.crashes.boundaries import Boundaries

Answer = tuple[int, bytes]
FINE: Answer = (250, b"2.0.0 fine")


@dataclass(frozen=True)
class WatchedSmtpServer(SmtpServer):
    """The fake mail server as a process of Ventil reaches it."""

    mail_server: FakeMailServer = field(kw_only=True)
    boundaries: Boundaries = field(kw_only=True)

    def connection(self, watcher: Watcher | None = None) -> SmtpConnection:
        """Return a connection of Ventil's, not yet opened, whose other end is in memory."""
        connection = super().connection(watcher)
        watched = self.boundaries.watched("mail: connect", self._connect)
        connection._connect = watched  # type: ignore[method-assign]
        return connection

    def _connect(self) -> WatchedSmtp:
        if self.mail_server.mood is MailServerMood.REFUSE:
            raise ConnectionRefusedError("nobody listens")
        return _InMemorySmtp(self.mail_server, self.boundaries.watched)


class _InMemorySmtp(WatchedSmtp):
    """The library's connection without a socket."""

    def __init__(
        self, mail_server: FakeMailServer, watched: Callable[[str, Callable[..., Answer]], Callable[..., Answer]]
    ):
        super().__init__(local_hostname="localhost")
        self.mail_server, self.sender, self.recipient = mail_server, "", ""
        self.mail = watched("mail: MAIL", self._mail)  # type: ignore[method-assign]
        self.rcpt = watched("mail: RCPT", self._rcpt)  # type: ignore[method-assign]
        self.data = watched("mail: DATA", self._data)  # type: ignore[method-assign]

    def _mail(self, sender: str) -> Answer:
        self.sender = sender
        return FINE

    def _rcpt(self, recipient: str) -> Answer:
        self.recipient = recipient
        return _parsed(self.mail_server.answer_to_recipient(recipient))

    def _data(self, content: bytes) -> Answer:
        answer = self.mail_server.take(self.sender, (self.recipient,), content)
        if answer is None:
            raise smtplib.SMTPServerDisconnected("the line was closed")
        return _parsed(answer)

    def rset(self) -> Answer:
        """Forget the envelope."""
        return FINE

    def quit(self) -> Answer:
        """Say good-bye."""
        return FINE


def _parsed(answer: str) -> Answer:
    code, _, words = answer.partition(" ")
    return int(code), words.encode()
