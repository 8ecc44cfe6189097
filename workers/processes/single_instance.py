"""One `up` at a time: a lock on a file beside the database, which dies with the process that has it."""

import fcntl
from pathlib import Path
from typing import IO


class AlreadyUp(Exception):
    """Another process runs this house already."""


class InstanceLock:
    """The right to run the house in this folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "up.lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take it; `AlreadyUp` when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise AlreadyUp(f"ventil is already up in {self.path.parent}") from None
        self._file = file

    def leave(self) -> None:
        """Let another process have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
