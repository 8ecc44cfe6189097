"""Where the bytes of attachments lie: a folder. S3-compatible storage would be another class with these methods."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cases.refusals import NotFound

KEY = re.compile(r"[0-9a-f]{64}")


def attachments_under(var: Path) -> "Folder":
    """Give the folder for the attachments of the house whose own folder is `var`."""
    return Folder(var / "attachments")


class Folder:
    """Files under random keys. A path is made of a key alone, never of anything that somebody wrote."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, content: bytes) -> str:
        """Keep the content and give its key. It is on the disk when this returns: commit only after it."""
        key = secrets.token_hex(32)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        with half.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.rename(path)
        _fsync_folder(path.parent)
        return key

    def content(self, key: str) -> bytes:
        """Give what was kept under the key; `NotFound` when there is nothing."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NotFound(ref=key) from None

    def remove(self, key: str) -> None:
        """Forget what was kept under the key; nothing happens when it is gone already."""
        self._path(key).unlink(missing_ok=True)

    def kept_before(self, moment: datetime) -> Iterator[str]:
        """Give the keys of what was kept before this moment, by the file's own time."""
        for path in self.root.glob("??/*"):
            if KEY.fullmatch(path.name) and datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                yield path.name

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise NotFound(ref=key)
        return self.root / key[:2] / key


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
