"""Mail out: Flask-Mail inside a bare Flask object, with what it lacks put right.

The server's certificate is checked, every wait ends, a letter is stdlib MIME in quoted-printable with a Message-ID of
ours, no header can be injected, and what a server says is told apart: not now, never, or not there.
"""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import Flask

from cases.mail_addresses import in_mail
from notifications.sending.errors import LineLost, RefusedForGood, RefusedForNow, Unreachable

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0
ACCEPTED, FORWARDED, NEVER = 250, 251, 500
LONGEST_SAID = 300
ADDRESS = re.compile(r"\S+@\S+")
ABOUT_THE_SERVER = {421, 454, 530, 534, 535, 538}  # closing, or how we log in: no letter's fault


@dataclass(frozen=True)
class SmtpServer:
    """A mail server, as VENTIL_SMTP_URL names it. `hello` is what we call ourselves."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    hello: str = "localhost"
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    @property
    def name(self) -> str:
        """What the breaker knows it by."""
        return f"{self.host}:{self.port}"

    def line(self) -> "SmtpConnection":
        """Give a connection, not yet opened: enter it, and `send` as many letters as you like."""
        return _Mail(self).connect()


def server_at(url: str, hello: str = "localhost") -> SmtpServer:
    """Give the server of a URL that the settings have checked."""
    parts = urlsplit(url)
    name, word = (unquote(part) if part else None for part in (parts.username, parts.password))
    port = parts.port or PORTS[parts.scheme]
    return SmtpServer(parts.scheme, parts.hostname or "", port, name, word, hello)


class _Mail(flask_mail.Mail):
    """Flask-Mail for one server of ours."""

    def __init__(self, server: SmtpServer) -> None:
        self.to = server
        app = Flask("ventil-mail", static_folder=None)
        app.config |= {
            "MAIL_SERVER": server.host,
            "MAIL_PORT": server.port,
            "MAIL_USE_TLS": server.scheme == "smtp+starttls",
            "MAIL_USE_SSL": server.scheme == "smtps",
            "MAIL_USERNAME": server.username,
            "MAIL_PASSWORD": server.password,
        }
        super().__init__(app)

    def connect(self) -> "SmtpConnection":
        """Give a connection to the server."""
        return SmtpConnection(self)


class SmtpConnection(flask_mail.Connection):
    """One connection for many letters. It opens itself again when a letter made the server close it."""

    mail: _Mail

    def __enter__(self) -> "SmtpConnection":
        self.host = self.configure_host()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def configure_host(self) -> smtplib.SMTP:
        """Open the connection, logged in; `Unreachable` when that cannot be had."""
        try:
            return self._opened()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_said(error)) from error

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Hand one letter to the server, which has then accepted it.

        `envelope_from` is where bounces go, by default the letter's sender. Raises `RefusedForNow`,
        `RefusedForGood`, `Unreachable` (it was not accepted) or `LineLost` (it may have been).
        """
        (recipient,) = message.send_to
        with self._told_apart():
            sender = in_mail(str(envelope_from or message.sender))
            host = self._open_envelope(sender, in_mail(str(recipient)))
            self._hand_over(host, message.as_bytes())

    def _open_envelope(self, sender: str, recipient: str) -> smtplib.SMTP:
        """Say from whom and to whom; once more on a new connection when this one has gone stale."""
        if self.host is not None:
            with contextlib.suppress(LineLost):
                return self._envelope(self.host, sender, recipient)
        self.host = self.configure_host()
        try:
            return self._envelope(self.host, sender, recipient)
        except LineLost as error:
            raise Unreachable(str(error)) from error

    @contextlib.contextmanager
    def _line_watched(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:  # the library's own exceptions among them
            self._drop()
            raise LineLost(_said(error)) from error

    def _envelope(self, host: smtplib.SMTP, sender: str, recipient: str) -> smtplib.SMTP:
        with self._line_watched():
            code, text = host.mail(sender)
            if code != ACCEPTED:
                raise smtplib.SMTPSenderRefused(code, text, sender)
            code, text = host.rcpt(recipient)
        if code not in (ACCEPTED, FORWARDED):
            raise smtplib.SMTPResponseException(code, text)
        return host

    def _hand_over(self, host: smtplib.SMTP, content: bytes) -> None:
        with self._line_watched():
            code, text = host.data(content)
        if code != ACCEPTED:
            raise smtplib.SMTPDataError(code, text)

    @contextlib.contextmanager
    def _told_apart(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._refuse(error)
        except ValueError as error:
            raise RefusedForGood(str(error)) from error

    def _refuse(self, error: smtplib.SMTPResponseException) -> NoReturn:
        if error.smtp_code in ABOUT_THE_SERVER:
            self._drop()
            raise Unreachable(_said(error)) from error
        self._start_over()
        raise (RefusedForGood if error.smtp_code >= NEVER else RefusedForNow)(_said(error)) from error

    def _start_over(self) -> None:
        """Forget the envelope, so that the next letter can go over the same line."""
        try:
            if self.host is not None:
                self.host.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _opened(self) -> smtplib.SMTP:
        to = self.mail.to
        host = _connected(to)
        try:
            if to.scheme == "smtp+starttls":
                host.starttls(context=ssl.create_default_context())
            if to.username and to.password:
                host.login(to.username, to.password)
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        if host.sock is not None:
            host.sock.settimeout(to.answer_seconds)
        return host

    def _hang_up(self) -> None:
        """Say good-bye; whether it is heard makes no difference to what was accepted."""
        if self.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self.host.sock is not None:
                    self.host.sock.settimeout(self.mail.to.connect_seconds)
                self.host.quit()
        self._drop()

    def _drop(self) -> None:
        if self.host is not None:
            self.host.close()
            self.host = None


def _connected(to: SmtpServer) -> smtplib.SMTP:
    if to.scheme != "smtps":
        return smtplib.SMTP(to.host, to.port, to.hello, to.connect_seconds)
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(to.host, to.port, to.hello, timeout=to.connect_seconds, context=context)


def _said(error: Exception) -> str:
    """Give what the server said, in one line; never whom the letter is for."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return ADDRESS.sub("…", f"{error.smtp_code} {' '.join(text.split())}")[:LONGEST_SAID]
    return ADDRESS.sub("…", f"{type(error).__name__}: {' '.join(str(error).split())}")[:LONGEST_SAID]
