"""The journal of a client: each request and each answer as one line of JSON, written to disk before it goes on."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from proof.checker.evidence.mails import MailLine

ASKED, ANSWERED, LOST = "asked", "answered", "lost"
HAND_IN = "hand_in"
REFUSED = range(400, 500)


@dataclass(frozen=True)
class JournalLine:
    """One line of the journal. `step`: the request is about to be sent (`asked`), was `answered`, or was not (`lost`).

    `number` identifies the request: a retry has another. `act` is "hand_in", or the step that was asked for. `mark` is
    a text that belongs to this one change, a title or a note: a retry has the same. `key` is the Idempotency-Key. `seq`
    is the version of the case in the answer.
    """

    step: str
    number: str
    act: str
    mark: str
    at: datetime
    key: str | None = None
    status: int | None = None
    ref: str | None = None
    public_id: str | None = None
    seq: int | None = None

    @property
    def is_ok(self) -> bool:
        """Return whether the answer said that the act was done: 2xx or 303."""
        return self.status is not None and (self.status // 100 == 2 or self.status == 303)

    @property
    def is_refused(self) -> bool:
        """Return whether the answer refused the act: 4xx. After a 5xx it may have been done or not."""
        return self.status in REFUSED


class Journal:
    """A journal file, opened for appending; any number of clients may write to it at once."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def append(self, journal_line: JournalLine | MailLine) -> None:
        """Append the line; it is on disk (fsync) when this returns."""
        line = json.dumps(asdict(journal_line), default=datetime.isoformat, ensure_ascii=False)
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def calls_in(path: Path) -> Iterator[JournalLine]:
    """Yield the lines of the journal in order. A last line that was cut off, by a crash, is left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield _parsed(json.loads(line))


def _parsed(fields: dict[str, Any]) -> JournalLine:
    return JournalLine(**{**fields, "at": datetime.fromisoformat(fields["at"])})
