"""The storage of attachments: a folder. S3-compatible storage would be another class with these methods."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cases.database.private_files import make_private_folder, open_private
from cases.refusals import NotFound

KEY = re.compile(r"[0-9a-f]{64}")
PARTIAL = ".part"


def attachments_under(var: Path) -> "Folder":
    """Return the storage of attachments under the data folder `var`."""
    return Folder(var / "attachments")


class Folder:
    """A folder of files, each under a random key. A path is made of the key alone, never of a name that a user sent."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Store the bytes on the disk under a new key and return the key. Commit only after this has returned."""
        key = secrets.token_hex(32)
        path = self._path(key)
        make_private_folder(path.parent)
        partial = path.with_suffix(PARTIAL)
        with open_private(partial, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        _fsync_folder(path.parent)
        return key

    def content(self, key: str) -> bytes:
        """Return the bytes that are stored under this key. Raises `NotFound` when there are none."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound(ref=key) from None

    def remove(self, key: str) -> None:
        """Delete the file with this key; do nothing when there is none."""
        self._path(key).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """Yield the keys of the files that were stored before this moment, by the file's modification time."""
        for path in self._older_than(moment):
            if KEY.fullmatch(path.name):
                yield path.name

    def remove_half_written_before(self, moment: datetime) -> None:
        """Delete what was begun before this moment and never finished, because its process died."""
        for path in self._older_than(moment):
            if path.suffix == PARTIAL:
                path.unlink(missing_ok=True)

    def _older_than(self, moment: datetime) -> list[Path]:
        return [path for path in self.root.glob("??/*") if _is_older(path, moment)]

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound(ref=key)
        return self.root / key[:2] / key


def _is_older(path: Path, moment: datetime) -> bool:
    """Return whether the file was stored before this moment; False when it was removed in between."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:
        return False


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
