"""A file lock that lets only one `ventil up` run in a folder; it is freed when the process that holds it ends."""

import fcntl
from pathlib import Path
from typing import IO

from cases.database.private_files import make_private_folder, open_private


class AlreadyUp(Exception):
    """Another process already runs `ventil up` in this folder."""


class InstanceLock:
    """The lock file of one folder, held by at most one process."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "up.lock"
        self._file: IO[bytes] | None = None

    def acquire(self) -> None:
        """Acquire the lock. Raises `AlreadyUp` when another process holds it."""
        make_private_folder(self.path.parent)
        file = open_private(self.path, "wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise AlreadyUp(f"ventil is already up in {self.path.parent}") from None
        self._file = file

    def release(self) -> None:
        """Release the lock, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None
