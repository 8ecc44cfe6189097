"""The folder "Ventil" of a mailbox, in which every mail ends, and the one below it for mails that are too big."""

import contextlib
import re

from imap_tools.errors import MailboxFolderCreateError, UnexpectedCommandStatusError

from notifications.inbound.mailboxes.connecting import ImapConnection

TAKEN, TOO_BIG = "Ventil", "För stort"
PERSONAL = re.compile(rb'\A\(\("(?P<prefix>[^"]*)" (?:"(?P<separator>\\?.)"|NIL)')


def folder_of_taken(mailbox: ImapConnection) -> str:
    """Return the folder for mails that are kept, "Ventil", below the prefix that the server has for one's own folders.

    It is made where it is missing.
    """
    return _made(mailbox, _where(mailbox)[0] + TAKEN)


def folder_of_too_big(mailbox: ImapConnection) -> str:
    """Return the folder for mails that are too big: "För stort" below "Ventil", by the server's own separator.

    It is made where it is missing. A server without folders below folders gets "Ventil För stort" beside the other.
    """
    separator = _where(mailbox)[1] or " "
    return _made(mailbox, f"{folder_of_taken(mailbox)}{separator}{TOO_BIG}")


def taken_if_there(mailbox: ImapConnection) -> str | None:
    """Return the folder "Ventil" when it is there, else None; nothing is made."""
    name = _where(mailbox)[0] + TAKEN
    return name if mailbox.folder.exists(name) else None


def _where(mailbox: ImapConnection) -> tuple[str, str]:
    """Return the prefix of one's own folders and the separator of the server (RFC 2342; RFC 3501, 6.3.8)."""
    if "NAMESPACE" in mailbox.abilities:
        kind, said = mailbox.client.namespace()
        found = PERSONAL.match(said[-1] or b"") if kind == "OK" else None
        if found is not None:
            prefix, separator = found["prefix"].decode(), (found["separator"] or b"").decode()
            return prefix, separator.removeprefix("\\") if len(separator) > 1 else separator
    listed = mailbox.folder.list("", "")
    separator = listed[0].delim if listed else ""
    return "", "" if separator == "NIL" else separator.removeprefix("\\") or separator


def _made(mailbox: ImapConnection, name: str) -> str:
    if not mailbox.folder.exists(name):
        try:
            mailbox.folder.create(name)
        except MailboxFolderCreateError:
            if not mailbox.folder.exists(name):  # else another process was first
                raise
        with contextlib.suppress(UnexpectedCommandStatusError):  # mail programs show what is subscribed to
            mailbox.folder.subscribe(name, True)
    return name
