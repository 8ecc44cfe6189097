"""What the commands share: opening the database, the present moment, and reading a text file."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings

if TYPE_CHECKING:
    from cases.database.transactions import Database

FILE_PATH = click.Path(path_type=Path)
BEHIND = "the database is behind: run `ventil migrate` first"


class Failure(Exception):
    """A command could not do what it was asked; the message is the line that is printed."""


@contextmanager
def open_database(settings: Settings) -> "Iterator[Database]":
    """Open the database that the settings name, whether or not its migrations have been run."""
    from cases.database.transactions import Database

    database = Database(settings.database_url, settings.calendar)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def migrated_database(settings: Settings | None = None) -> "Iterator[Database]":
    """Open the database; `Failure` unless its migrations have been run."""
    from cases.database.migrating import is_behind

    with open_database(settings or read_settings()) as database:
        if is_behind(database):
            raise Failure(BEHIND)
        yield database


def freeze_garbage_collector() -> None:
    """Exempt the objects that exist by now from garbage collection: it was a quarter of an import's CPU."""
    gc.collect()
    gc.freeze()


def right_now() -> datetime:
    """Return the present moment, UTC. Commands are the edge: nothing behind them reads the clock."""
    return datetime.now(UTC)


def parse_moment(text: str, settings: Settings) -> datetime:
    """Return the moment written as ISO 8601, in UTC; without an offset it is local time. `Failure` when it is none."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"--now must be a moment such as 2026-05-01T07:00:00+02:00, not {text!r}") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=settings.timezone)).astimezone(UTC)


def text_of(file: Path) -> str:
    """Return the content of a UTF-8 file; `Failure` when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is not written in UTF-8") from None
