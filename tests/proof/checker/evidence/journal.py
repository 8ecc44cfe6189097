"""The client's journal: what it asked and what it was answered, on disk before it goes on."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ASKED, ANSWERED, LOST = "asked", "answered", "lost"
HAND_IN = "hand_in"
REFUSED = range(400, 500)


@dataclass(frozen=True)
class JournalLine:
    """One line: a call that is about to be sent (`asked`), its answer (`answered`), or that none came (`lost`).

    `number` is the call's own: a retry has another. `act` is "hand_in", or the step that was asked for. `mark` is what
    only this act says, a title or a note: a retry says the same. `key` is the Idempotency-Key. `seq` is the version
    that the answer gave.
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
        """Say whether the house said that it is done."""
        return self.status is not None and (self.status // 100 == 2 or self.status == 303)

    @property
    def is_refused(self) -> bool:
        """Say whether the house said that it will not be done. A 5xx leaves it open."""
        return self.status in REFUSED


class Journal:
    """A file that any number of clients may write to at once."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def wrote(self, call: JournalLine) -> None:
        """Write the line; it is on disk when this returns."""
        line = json.dumps(asdict(call), default=datetime.isoformat, ensure_ascii=False)
        os.write(self._file, f"{line}\n".encode())
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def calls_in(path: Path) -> Iterator[JournalLine]:
    """Give the journal's lines, in order; the last one may be torn."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                yield _call(json.loads(line))


def _call(told: dict[str, Any]) -> JournalLine:
    return JournalLine(**{**told, "at": datetime.fromisoformat(told["at"])})
