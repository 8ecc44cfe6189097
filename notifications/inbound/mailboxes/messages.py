"""Single mails in a folder of a mailbox: which there are, how big, their bytes, and moving them away."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from imap_tools.errors import (
    MailboxCopyError,
    MailboxDeleteError,
    MailboxFetchError,
    MailboxMoveError,
)
from imap_tools.utils import check_command_status, encode_folder

from notifications.inbound.mailboxes.connecting import ImapConnection

UID = re.compile(rb"\bUID (?P<uid>[0-9]+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (?P<size>[0-9]+)")
MESSAGE_REFUSED = (MailboxFetchError, MailboxMoveError, MailboxCopyError, MailboxDeleteError)
ALL_THAT_STAYS = "UNDELETED"  # what is marked as deleted has been moved, at a server that cannot move


def list_uids(mailbox: ImapConnection, criteria: str = ALL_THAT_STAYS) -> list[str]:
    """Return the uids of the mails in the folder that is open, in the order in which they came to it."""
    return sorted(mailbox.uids(criteria, charset=None), key=int)


def sizes_of(mailbox: ImapConnection, uids: Sequence[str]) -> dict[str, int]:
    """Return the size in bytes of each of these mails that is still there, by uid."""
    sizes = {}
    for item in _fetched(mailbox, ",".join(uids), "(RFC822.SIZE)") if uids else []:
        said = item[0] if isinstance(item, tuple) else item
        uid, size = UID.search(said or b""), SIZE.search(said or b"")
        if uid and size:
            sizes[uid["uid"].decode()] = int(size["size"])
    return sizes


def fetch(mailbox: ImapConnection, uid: str) -> bytes | None:
    """Return the bytes of the mail, which stays unread; None when it is not there any more."""
    for item in _fetched(mailbox, uid, "(BODY.PEEK[])"):
        if isinstance(item, tuple) and b"BODY[]" in item[0]:
            return bytes(item[1])
    return None


def move(mailbox: ImapConnection, uids: Iterable[str], folder: str) -> None:
    """Move these mails to the folder; those that are not there any more are passed over.

    A server that cannot move copies, and deletes what was copied; one that cannot delete single mails leaves them
    marked as deleted.
    """
    some = ",".join(uids)
    if not some:
        return
    if "MOVE" in mailbox.abilities:
        check_command_status(mailbox.client.uid("MOVE", some, _encoded(folder)), MailboxMoveError)
        return
    check_command_status(mailbox.client.uid("COPY", some, _encoded(folder)), MailboxCopyError)
    delete(mailbox, some.split(","))


def delete(mailbox: ImapConnection, uids: Iterable[str]) -> None:
    """Delete these mails, and no other that is marked as deleted, in the folder that is open."""
    some = ",".join(uids)
    if not some:
        return
    check_command_status(mailbox.client.uid("STORE", some, "+FLAGS.SILENT", r"(\Deleted)"), MailboxDeleteError)
    if "UIDPLUS" in mailbox.abilities:
        check_command_status(mailbox.client.uid("EXPUNGE", some), MailboxDeleteError)


def uid_validity(mailbox: ImapConnection) -> str:
    """Return the number that, with a uid, names a mail for ever (RFC 3501, 2.3.1.1), of the folder that is open."""
    _, said = mailbox.client.response("UIDVALIDITY")
    return (said[0] or b"").decode() if said else ""


def _fetched(mailbox: ImapConnection, uids: str, what: str) -> list[Any]:
    answer = mailbox.client.uid("FETCH", uids, what)
    check_command_status(answer, MailboxFetchError)
    return list(answer[1])


def _encoded(folder: str) -> str:
    return encode_folder(folder).decode("ascii")
