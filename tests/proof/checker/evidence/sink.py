"""The mail sink's folder: one file for each mail that it took, with its envelope and the moment before its bytes."""

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
    """One mail as the sink took it: its envelope, its bytes, and when its last dot came."""

    at: datetime
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message_id(self) -> str:
        """The Message-ID without its brackets; empty when there is none."""
        head = message_from_bytes(self.content.partition(b"\r\n\r\n")[0], policy=compat32)
        return str(head["Message-ID"] or "").strip("<> ")


def keep(folder: Path, mail: SunkMail) -> None:
    """Write one file for the mail; it is there whole or not at all. Names sort in the order of arrival."""
    envelope = json.dumps({"at": mail.at.isoformat(), "recipients": mail.recipients})
    name = f"{mail.at:%Y%m%dT%H%M%S.%f}-{next(NUMBERS):06d}-{os.getpid()}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(envelope.encode() + b"\n" + mail.content)
    unfinished.rename(folder / f"{name}.mail")


def kept_in(folder: Path) -> Iterator[SunkMail]:
    """Give the mails of this folder in the order in which they came."""
    for path in sorted(folder.glob("*.mail")):
        envelope, _, content = path.read_bytes().partition(b"\n")
        told = json.loads(envelope)
        yield SunkMail(datetime.fromisoformat(told["at"]), tuple(told["recipients"]), content)
