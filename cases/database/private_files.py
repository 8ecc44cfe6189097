"""Files that only the account that runs Ventil may read, whatever its umask: the database, attachments, letters."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

FOR_ITS_OWNER = 0o600
FOLDER_FOR_ITS_OWNER = 0o700
FOLDERS = ("attachments", "mailbox")  # what is kept in folders of the data folder
FILES = ("secret-key*", "*.sqlite3", "*.sqlite3-*", "up.lock")


def make_private_folder(folder: Path) -> None:
    """Make the folder, and those above it that are missing, each for its owner only; leave one that exists as it is."""
    if folder.is_dir():
        return
    make_private_folder(folder.parent)
    with suppress(FileExistsError):
        folder.mkdir(FOLDER_FOR_ITS_OWNER)
        folder.chmod(FOLDER_FOR_ITS_OWNER)


def open_private(path: Path, mode: str) -> IO[bytes]:
    """Open a file to write bytes ("wb", "xb"), for its owner only."""
    return open(path, mode, opener=_open_privately)


def make_private_file(path: Path) -> None:
    """Make the file, empty, if it is missing; make it readable for its owner only if it exists.

    A file that exists is never opened: closing it would end the locks that SQLite holds on it in this process (POSIX
    advisory locks), and another process could then delete the write-ahead log of a database in use.
    """
    try:
        os.close(_open_privately(str(path), os.O_CREAT | os.O_EXCL | os.O_RDWR))
    except FileExistsError:
        with suppress(OSError):
            path.chmod(FOR_ITS_OWNER)
    except OSError:  # SQLite says what is wrong with the folder
        return


def tighten(var: Path) -> None:
    """Take from all others what they may do with the data folder `var` and with what Ventil keeps in it.

    What belongs to another account is left as it is.
    """
    for path, mode in _ours(var):
        with suppress(OSError):
            if path.stat().st_mode & 0o077:
                path.chmod(mode)


def _ours(var: Path) -> Iterator[tuple[Path, int]]:
    yield var, FOLDER_FOR_ITS_OWNER
    for pattern in FILES:
        yield from ((path, FOR_ITS_OWNER) for path in var.glob(pattern))
    for name in FOLDERS:
        for folder, _, files in os.walk(var / name):
            yield Path(folder), FOLDER_FOR_ITS_OWNER
            yield from ((Path(folder, file), FOR_ITS_OWNER) for file in files)


def _open_privately(path: str, flags: int) -> int:
    handle = os.open(path, flags, FOR_ITS_OWNER)
    with suppress(PermissionError):
        os.fchmod(handle, FOR_ITS_OWNER)
    return handle
