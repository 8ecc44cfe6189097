"""The mails that came to the mailbox of a run: a journal of what its mail server took, and the files that it keeps.

The files are those of a Maildir: one per mail, in the folders `new` and `cur` of the inbox and of each folder below it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

OFFERED, TAKEN = "offered", "taken"
READ_MAILS = ".Ventil"  # the folder to which Ventil moves what it has kept
DELETED = "T"  # the flag of a mail that is marked as deleted
HEAD = 100_000  # bytes


@dataclass(frozen=True)
class MailLine:
    """One line of the journal of mails: a mail is about to be given to the mail server (`offered`), or it has it.

    `message_id` is without angle brackets. `address` is the one of ours to which it goes. `mark` is the text, found
    nowhere else, that is then the title of a case or a comment; empty for what says nothing. `becomes` are the
    outcomes that are right for it.
    """

    step: str
    message_id: str
    address: str
    mark: str
    becomes: tuple[str, ...]
    at: datetime


def mail_lines_in(path: Path) -> Iterator[MailLine]:
    """Yield the lines of the journal in order. A last line that was cut off, by a crash, is left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                fields = json.loads(line)
                at = datetime.fromisoformat(fields["at"])
                yield MailLine(**{**fields, "becomes": tuple(fields["becomes"]), "at": at})


def mails_lying_in(maildir: Path) -> list[str]:
    """Return the Message-IDs of the mails in this folder of a Maildir, "" for one without; none when it is missing."""
    files = sorted(path for name in ("new", "cur") for path in (maildir / name).glob("*"))
    return [_message_id(path) for path in files if DELETED not in path.name.partition(":2,")[2]]


def _message_id(path: Path) -> str:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=compat32).parsebytes(file.read(HEAD))
    return str(headers["Message-ID"] or "").strip("<> ")
