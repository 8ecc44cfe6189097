"""Connections to an SMTP server: Flask-Mail on a bare Flask object, with the checks and timeouts that Flask-Mail lacks.

The server's certificate is checked, every wait has a timeout, and four errors are told apart: refused for now, refused
for good, connection lost, server unreachable. `notifications.sending.errors` says what happens after each.
"""

import contextlib
import re
import select
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import NoReturn, Protocol
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import Flask

from cases.mail_addresses import with_ascii_domain
from notifications.sending.errors import ConnectionLost, RefusedForGood, RefusedForNow, Unreachable

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 60.0
ACCEPTED, FORWARDED, PERMANENT = 250, 251, 500  # reply codes; from 500 on a refusal is for good
LONGEST_REPLY = 300
ADDRESS = re.compile(r"\S+@\S+")
SERVER_TROUBLE = {421, 454, 530, 534, 535, 538}  # closing, or log-in refused: no letter is to blame


@dataclass(frozen=True)
class SmtpServer:
    """A mail server, as the setting VENTIL_SMTP_URL names it. `hello` is the host name that we give in EHLO."""

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
        """The server's name in the table mail_server, such as "mail.example.se:587"."""
        return f"{self.host}:{self.port}"

    def connection(self, watcher: "Watcher | None" = None) -> "SmtpConnection":
        """Return a connection for many letters; it is opened by `with` and closed at the block's end.

        `watcher` records before any wait for the server that lasts: for an answer, or for a new connection.
        """
        connection = _Mail(self).connect()
        connection.watch(watcher)
        return connection


def server_at(url: str, hello: str = "localhost") -> SmtpServer:
    """Return the mail server at this URL, which the settings have validated. `hello` is our host name in EHLO."""
    parts = urlsplit(url)
    username, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    port = parts.port or PORTS[parts.scheme]
    return SmtpServer(parts.scheme, parts.hostname or "", port, username, password, hello)


class Watcher(Protocol):
    """Who must do something before a wait for the mail server lasts: record what it has accepted so far."""

    def patience(self) -> float | None:
        """Return how many seconds may be waited for an answer before `record` is called; None when it need not be."""

    def record(self) -> None:
        """Do it now."""


class WatchedSmtp(smtplib.SMTP):
    """The library's connection; calls `watcher.record` when an answer does not come within `watcher.patience`."""

    watcher: Watcher | None = None

    def getreply(self) -> tuple[int, bytes]:
        """Return the next answer of the server: its code, and its text."""
        patience = self.watcher.patience() if self.watcher else None
        if self.watcher and patience is not None and not self.answers_within(patience):
            self.watcher.record()
        return super().getreply()

    def answers_within(self, seconds: float) -> bool:
        """Return whether the server says something within this time, or closes the connection."""
        waiting = select.poll()
        if self.sock is not None:
            waiting.register(self.sock, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))


class _WatchedSmtpOverTls(WatchedSmtp, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


class _Mail(flask_mail.Mail):
    """Flask-Mail for one mail server."""

    def __init__(self, server: SmtpServer) -> None:
        self.smtp_server = server
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
        """Return a connection to the server, not opened yet."""
        return SmtpConnection(self)


class SmtpConnection(flask_mail.Connection):
    """A connection over which many letters are sent. It is opened again when the server has closed it."""

    mail: _Mail
    host: WatchedSmtp | None
    watcher: Watcher | None = None

    def __enter__(self) -> "SmtpConnection":
        self.host = self.configure_host()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def watch(self, watcher: Watcher | None) -> None:
        """Tell this watcher from now on before a wait for the server lasts, in place of the one before."""
        self.watcher = watcher
        if self.host is not None:
            self.host.watcher = watcher

    def is_open(self) -> bool:
        """Return whether the server has neither closed the idle connection nor said anything on it."""
        return self.host is not None and not self.host.answers_within(0)

    def configure_host(self) -> WatchedSmtp:
        """Connect to the mail server, log in, and return the open connection. `Unreachable` when either fails."""
        try:
            return self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(_reply_in(error)) from error

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Send one letter; when this returns, the server has accepted it.

        `envelope_from` is the address for bounces, by default that of the letter, or else its sender. Raises
        `RefusedForNow`, `RefusedForGood` or `Unreachable` when the letter was not accepted, `ConnectionLost` when that
        is not known.
        """
        (recipient,) = message.send_to
        with self._errors_translated():
            bounces_to = envelope_from or getattr(message, "envelope_from", None) or message.sender
            sender = with_ascii_domain(str(bounces_to))
            host = self._open_envelope(sender, with_ascii_domain(str(recipient)))
            self._hand_over(host, message.as_bytes())

    def _open_envelope(self, sender: str, recipient: str) -> smtplib.SMTP:
        """Send MAIL and RCPT, once more on a new connection when this one turns out to be closed."""
        if self.host is not None:
            with contextlib.suppress(ConnectionLost):
                return self._envelope(self.host, sender, recipient)
        if self.watcher is not None:
            self.watcher.record()  # connecting may take seconds
        self.host = self.configure_host()
        try:
            return self._envelope(self.host, sender, recipient)
        except ConnectionLost as error:
            raise Unreachable(str(error)) from error

    @contextlib.contextmanager
    def _connection_watched(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException:
            raise
        except OSError as error:  # which smtplib's own exceptions are too
            self._drop()
            raise ConnectionLost(_reply_in(error)) from error

    def _envelope(self, host: smtplib.SMTP, sender: str, recipient: str) -> smtplib.SMTP:
        with self._connection_watched():
            code, text = host.mail(sender)
            if code != ACCEPTED:
                raise smtplib.SMTPSenderRefused(code, text, sender)
            code, text = host.rcpt(recipient)
        if code not in (ACCEPTED, FORWARDED):
            raise smtplib.SMTPResponseException(code, text)
        return host

    def _hand_over(self, host: smtplib.SMTP, content: bytes) -> None:
        with self._connection_watched():
            code, text = host.data(content)
        if code != ACCEPTED:
            raise smtplib.SMTPDataError(code, text)

    @contextlib.contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPResponseException as error:
            self._refuse(error)
        except ValueError as error:
            raise RefusedForGood(str(error)) from error

    def _refuse(self, error: smtplib.SMTPResponseException) -> NoReturn:
        if error.smtp_code in SERVER_TROUBLE:
            self._drop()
            raise Unreachable(_reply_in(error)) from error
        self._reset()
        raise (RefusedForGood if error.smtp_code >= PERMANENT else RefusedForNow)(_reply_in(error)) from error

    def _reset(self) -> None:
        """Send RSET, so that the next letter can go over the same connection."""
        try:
            if self.host is not None:
                self.host.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _connect(self) -> WatchedSmtp:
        server = self.mail.smtp_server
        host = _smtp_of(server)
        try:
            if server.scheme == "smtp+starttls":
                host.starttls(context=ssl.create_default_context())
            if server.username and server.password:
                host.login(server.username, server.password)
            host.ehlo_or_helo_if_needed()
        except BaseException:
            host.close()
            raise
        if host.sock is not None:
            host.sock.settimeout(server.answer_seconds)
        host.watcher = self.watcher
        return host

    def close(self) -> None:
        """Send QUIT and close the connection. What was accepted stays so when that fails."""
        if self.host is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if self.host.sock is not None:
                    self.host.sock.settimeout(self.mail.smtp_server.connect_seconds)
                self.host.quit()
        self._drop()

    def _drop(self) -> None:
        if self.host is not None:
            self.host.close()
            self.host = None


def _smtp_of(server: SmtpServer) -> WatchedSmtp:
    if server.scheme != "smtps":
        return WatchedSmtp(server.host, server.port, server.hello, server.connect_seconds)
    context = ssl.create_default_context()
    return _WatchedSmtpOverTls(server.host, server.port, server.hello, timeout=server.connect_seconds, context=context)


def _reply_in(error: Exception) -> str:
    """Return the server's reply, or the error, in one line of at most 300 characters, without any mail address."""
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
        return ADDRESS.sub("…", f"{error.smtp_code} {' '.join(text.split())}")[:LONGEST_REPLY]
    return ADDRESS.sub("…", f"{type(error).__name__}: {' '.join(str(error).split())}")[:LONGEST_REPLY]
