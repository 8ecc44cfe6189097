"""The folder of a mail sink: one file per mail, first a line of JSON (moment, envelope), then the mail's bytes."""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path

NUMBERS = itertools.count()


@dataclass(frozen=True)
class SunkMail:
    """One mail as the sink accepted it: when DATA ended, recipients and sender of the envelope, and its bytes."""

    at: datetime
    recipients: tuple[str, ...]
    content: bytes
    sender: str = ""

    @property
    def message_id(self) -> str:
        """The Message-ID without angle brackets; empty when the mail has none."""
        head = message_from_bytes(self.content.partition(b"\r\n\r\n")[0], policy=compat32)
        return str(head["Message-ID"] or "").strip("<> ")


def store_mail(folder: Path, mail: SunkMail) -> None:
    """Write the mail to a file of its own, atomically. The names of the files sort in the order of arrival."""
    envelope = json.dumps({"at": mail.at.isoformat(), "recipients": mail.recipients, "sender": mail.sender})
    name = f"{mail.at:%Y%m%dT%H%M%S.%f}-{next(NUMBERS):06d}-{os.getpid()}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(envelope.encode() + b"\n" + mail.content)
    unfinished.rename(folder / f"{name}.mail")


def mails_in(folder: Path) -> Iterator[SunkMail]:
    """Yield the mails of this folder, oldest first."""
    yield from map(read_mail, sorted(folder.glob("*.mail")))


def read_mail(path: Path) -> SunkMail:
    """Return the mail in this file of the sink's folder."""
    envelope, _, content = path.read_bytes().partition(b"\n")
    fields = json.loads(envelope)
    return SunkMail(datetime.fromisoformat(fields["at"]), tuple(fields["recipients"]), content, fields["sender"])
