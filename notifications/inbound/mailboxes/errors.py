"""Why a mailbox cannot be read, each in one line without password or token, with how to mend it."""

import ssl
from collections.abc import Iterable

from imap_tools.errors import UnexpectedCommandStatusError

LONGEST_LINE = 300  # characters
LEAST_SECRET = 4  # characters: a shorter one would blank half of the line


class MailboxTrouble(Exception):
    """A mailbox cannot be read. The message is one line for the administrator; `remedy` says what to do."""

    remedy = "see that the mail server runs and is reached from here"


class MailboxUnreachable(MailboxTrouble):
    """The server does not answer, shows no certificate that we trust, or has ended the connection."""


class MailboxLoginRefused(MailboxTrouble):
    """The server does not take the user, or their password or access token."""

    remedy = "put user and password in VENTIL_MAIL_IN right, percent-encoded; or VENTIL_MAIL_IN_OAUTH"


class TokenRefused(MailboxTrouble):
    """The token address gives no access token."""

    remedy = "put VENTIL_MAIL_IN_OAUTH right: token address, client and secret"


class FolderMissing(MailboxTrouble):
    """The folder that is to be read is not there, or this user may not open it."""

    remedy = "make the folder, or put its name in VENTIL_MAIL_IN right, percent-encoded"


class CommandRefused(MailboxTrouble):
    """The server refused to give or to move a mail."""

    remedy = "see what the server says: is there room, and may the user move mails?"


def one_line(said: object, secrets: Iterable[str] = ()) -> str:
    """Return what was said in one line of at most 300 characters, with "…" in the place of each secret."""
    text = " ".join(str(said).split())
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= LEAST_SECRET:
            text = text.replace(secret, "…")
    return text[:LONGEST_LINE]


def why_unreachable(error: Exception) -> str:
    """Return in words why a connection failed: the certificate, the time that it took, or what the system says."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    return one_line(getattr(error, "strerror", None) or answer_in(error)) or type(error).__name__


def answer_in(error: Exception) -> str:
    """Return what the server said, of an error of either library."""
    said = error.command_result[1] if isinstance(error, UnexpectedCommandStatusError) else list(error.args)
    parts = said if isinstance(said, list) else [said]
    return " ".join(part.decode(errors="replace") if isinstance(part, bytes) else str(part) for part in parts)
