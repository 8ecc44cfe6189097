"""The local mailbox: a folder in which letters are stored as files, for an installation without a mail server."""

import email
import email.policy
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import islice
from pathlib import Path
from types import TracebackType

import flask_mail

from cases.database.private_files import make_private_folder, open_private
from cases.mail_addresses import as_compared
from notifications.letters.urls import WebAddresses
from notifications.sending.errors import Unreachable

NO_BASE = WebAddresses("")
OPENING = tuple(  # whoever has such a link acts by it
    link("") for link in (NO_BASE.login, NO_BASE.own_case, NO_BASE.follow, NO_BASE.unfollow, NO_BASE.invitation)
)
NAME = re.compile(r"[0-9a-f]{32}\.eml")


@dataclass(frozen=True)
class MailboxReader:
    """Somebody who reads the mailbox: their mail address, and the addresses of others that they may not see."""

    email: str
    hidden: frozenset[str] = frozenset()

    def may_read(self, letter: EmailMessage) -> bool:
        """Return whether they may read the letter: their own, or one without a hidden address and an opening link.

        An opening link is one that acts for whoever has it: it logs in, is the key of a case, answers an invitation, or
        begins or ends following a case.
        """
        recipients = {as_compared(address) for _, address in getaddresses([str(letter["To"])])}
        if recipients == {as_compared(self.email)}:
            return True
        return not recipients & {as_compared(address) for address in self.hidden} and not any(
            link in text for text in _texts_of(letter) for link in OPENING
        )


@dataclass(frozen=True)
class KeptLetter:
    """One letter in the list of the local mailbox. `name` is its file's name, `kept_at` when it was stored (UTC)."""

    name: str
    to: str
    subject: str
    kept_at: datetime


class Mailbox:
    """The local mailbox: a folder with one .eml file for each letter.

    Each file always holds a whole letter. A letter that is sent again gets no second file.
    """

    name = "mailbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, message: bytes) -> str:
        """Write the letter to its file, if there is none yet, and return the file's name. May raise `OSError`."""
        name = _name_of(message)
        path = self.folder / name
        if not path.exists():
            make_private_folder(self.folder)
            _write_whole(path, message)
        return name

    def forget(self, message_ids: Iterable[str]) -> None:
        """Delete the files of the letters with these Message-IDs (without angle brackets), as far as there are any."""
        for message_id in message_ids:
            (self.folder / _file_name(f"<{message_id}>".encode())).unlink(missing_ok=True)

    def letters(self, limit: int = 100, reader: MailboxReader | None = None) -> list[KeptLetter]:
        """Return the letters that were stored last, at most `limit`, newest first.

        With `reader`, letters that they may not read are left out.
        """
        if not self.folder.exists():
            return []
        newest = sorted(self._files(), reverse=True)
        shown = (pair for pair in newest if reader is None or self.letter(pair[1], reader) is not None)
        listed = (self._listed(name, when) for when, name in shown)
        return list(islice((one for one in listed if one is not None), limit))

    def letter(self, name: str, reader: MailboxReader | None = None) -> EmailMessage | None:
        """Return the letter in the file of this name; None when there is no such letter.

        With `reader`, also None for a letter that they may not read.
        """
        message = self._read(name) if NAME.fullmatch(name) else None
        if message is None:
            return None
        letter = email.message_from_bytes(message, policy=email.policy.default)
        return letter if reader is None or reader.may_read(letter) else None

    def connection(self, _watcher: object = None) -> "MailboxConnection":
        """Return a connection like one to a mail server; letters that are sent over it are stored in this mailbox.

        A mail server has somebody who watches how long it is silent; a folder is never waited for.
        """
        return MailboxConnection(self)

    def _files(self) -> Iterator[tuple[int, str]]:
        """Yield when each letter was stored, in nanoseconds, and the name of its file.

        While it looks, files of letters that are being written and of those that are forgotten go.
        """
        for entry in os.scandir(self.folder):
            if NAME.fullmatch(entry.name):
                with suppress(FileNotFoundError):
                    yield entry.stat().st_mtime_ns, entry.name

    def _read(self, name: str) -> bytes | None:
        """Return the file with this name; None when there is none, or none any more."""
        with suppress(FileNotFoundError):
            return (self.folder / name).read_bytes()
        return None

    def _listed(self, name: str, mtime_ns: int) -> KeptLetter | None:
        message = self._read(name)
        if message is None:
            return None
        headers = _headers(message)
        kept_at = datetime.fromtimestamp(mtime_ns / 1e9, UTC)
        return KeptLetter(name, str(headers["To"]), str(headers["Subject"]), kept_at)


class MailboxConnection:
    """A connection to the local mailbox, which can be used in place of one to a mail server (`SmtpConnection`)."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def __enter__(self) -> "MailboxConnection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def send(self, message: flask_mail.Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Store the letter in the mailbox. `Unreachable` when it cannot be written. `envelope_from` is not used."""
        try:
            self.mailbox.keep(message.as_bytes())
        except OSError as error:
            raise Unreachable(f"the mailbox cannot be written: {error.strerror}") from error


def _headers(message: bytes) -> EmailMessage:
    head = message.partition(b"\r\n\r\n")[0]
    return email.message_from_bytes(head, policy=email.policy.default)


def _texts_of(letter: EmailMessage) -> list[str]:
    parts = [str(part.get_content()) for part in letter.walk() if part.get_content_maintype() == "text"]
    return [*parts, *(str(value) for value in letter.values())]


def _name_of(message: bytes) -> str:
    headers = _headers(message)
    identity = str(headers["Message-ID"] or "").encode() or message
    return _file_name(identity)


def _file_name(identity: bytes) -> str:
    return hashlib.sha256(identity).hexdigest()[:32] + ".eml"


def _write_whole(path: Path, content: bytes) -> None:
    draft = path.with_suffix(f".{os.getpid()}.{id(content)}.draft")
    with open_private(draft, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
