"""Opening a mailbox on an IMAP server: the certificate is checked, every wait has a timeout, errors are told apart."""

import contextlib
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, UnexpectedCommandStatusError

from cases.settings.mail_in import MailboxLogin, OAuthClient
from notifications.inbound.mailboxes.access_tokens import token_source
from notifications.inbound.mailboxes.errors import (
    CommandRefused,
    FolderMissing,
    MailboxLoginRefused,
    MailboxUnreachable,
    answer_in,
    one_line,
    why_unreachable,
)

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 30.0


class ImapConnection(BaseMailBox):
    """A connection to the server of one mailbox; `abilities` are what the server can do, such as "MOVE"."""

    def __init__(self, login: MailboxLogin) -> None:
        self.mailbox_login = login
        self.abilities: frozenset[str] = frozenset()
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        login = self.mailbox_login
        if login.scheme == "imaps":
            context = ssl.create_default_context()
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                login.host, login.port, ssl_context=context, timeout=CONNECT_SECONDS
            )
        else:
            client = imaplib.IMAP4(login.host, login.port, timeout=CONNECT_SECONDS)
        if login.scheme == "imap+starttls":
            try:
                client.starttls(ssl.create_default_context())
            except BaseException:
                _drop(client)
                raise
        client.sock.settimeout(ANSWER_SECONDS)
        return client

    def close(self) -> None:
        """Log out and close the connection; neither fails, whatever has become of the connection."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self.client.logout()
        _drop(self.client)


def _drop(client: imaplib.IMAP4) -> None:
    with contextlib.suppress(OSError):
        client.shutdown()


@contextmanager
def open_mailbox(login: MailboxLogin, oauth: OAuthClient | None = None) -> Iterator[ImapConnection]:
    """Connect, log in and select the folder that is read; yield the connection, and close it at the end of the block.

    A mailbox without a password logs in with an access token for `oauth`. Whatever goes wrong at the server, also in
    the block, is raised as a `MailboxTrouble`, without password or token.
    """
    with _connected(login) as mailbox, _errors_translated(login):
        secrets = _log_in(mailbox, login, oauth)
        try:
            mailbox.folder.set(login.folder)
        except MailboxFolderSelectError as error:
            said = one_line(answer_in(error), secrets)
            raise FolderMissing(f"the folder {login.folder} cannot be opened: {said}") from None
        except imaplib.IMAP4.readonly:
            raise FolderMissing(f"the folder {login.folder} can only be read: mails cannot be moved") from None
        yield mailbox


@contextmanager
def _connected(login: MailboxLogin) -> Iterator[ImapConnection]:
    try:
        mailbox = ImapConnection(login)
    except (OSError, imaplib.IMAP4.error) as error:
        why = why_unreachable(error)
        raise MailboxUnreachable(f"the server {login.host}:{login.port} cannot be reached: {why}") from None
    try:
        yield mailbox
    finally:
        mailbox.close()


@contextmanager
def _errors_translated(login: MailboxLogin) -> Iterator[None]:
    secrets = (login.password,)
    try:
        yield
    except UnexpectedCommandStatusError as error:
        raise CommandRefused(f"the server refuses: {one_line(answer_in(error), secrets)}") from None
    except imaplib.IMAP4.abort as error:
        raise MailboxUnreachable(f"the connection has ended: {one_line(answer_in(error), secrets)}") from None
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise CommandRefused(f"the server refuses: {one_line(answer_in(error), secrets)}") from None
    except OSError as error:
        raise MailboxUnreachable(f"the connection has ended: {why_unreachable(error)}") from None


def _log_in(mailbox: ImapConnection, login: MailboxLogin, oauth: OAuthClient | None) -> tuple[str, ...]:
    """Log in, and return what no message may hold from now on."""
    secrets = [login.password]
    try:
        if oauth is not None and not login.password:
            secrets.append(_log_in_by_token(mailbox, login, oauth))
        elif (login.user + login.password).isascii():
            mailbox.login(login.user, login.password, initial_folder=None)
        else:
            mailbox.login_utf8(login.user, login.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (UnexpectedCommandStatusError, imaplib.IMAP4.error) as error:
        said = one_line(answer_in(error), secrets)
        raise MailboxLoginRefused(f"the server refuses the log-in of {login.user}: {said}") from None
    kind, said_able = mailbox.client.capability()
    mailbox.abilities = frozenset(b" ".join(said_able).decode().upper().split()) if kind == "OK" else frozenset()
    return tuple(secrets)


def _log_in_by_token(mailbox: ImapConnection, login: MailboxLogin, oauth: OAuthClient) -> str:
    """Log in by XOAUTH2, and return the token. One that the server does not take is not used again."""
    source = token_source(oauth)
    token = source.current()
    first = f"user={login.user}\1auth=Bearer {token}\1\1".encode()
    try:  # a challenge after the first says why the token is refused, and is answered by nothing
        mailbox.client.authenticate("XOAUTH2", lambda challenge: b"" if challenge else first)
    except imaplib.IMAP4.error as error:
        source.forget()
        raise type(error)(one_line(answer_in(error), (token,))) from None
    return token
