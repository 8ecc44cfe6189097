"""What every command begins with: the settings, a database, the moment, a text from a file."""

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

A_FILE = click.Path(path_type=Path)
BEHIND = "the database is behind: run `ventil migrate` first"


class Failure(Exception):
    """A command that could not do what it was asked; the message is the line that a person reads."""


@contextmanager
def a_database(settings: Settings) -> "Iterator[Database]":
    """Open the database that the settings name, in whatever shape it is."""
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

    with a_database(settings or read_settings()) as database:
        if is_behind(database):
            raise Failure(BEHIND)
        yield database


def freeze_garbage_collector() -> None:
    """Let the garbage collector pass by what was loaded: it was a quarter of an import's CPU."""
    gc.collect()
    gc.freeze()


def right_now() -> datetime:
    """Give the present moment. Commands are the edge: nothing behind them asks the clock."""
    return datetime.now(UTC)


def moment(told: str, settings: Settings) -> datetime:
    """Give the moment that somebody wrote, UTC; without a zone it is the house's. `Failure` when it is none."""
    try:
        read = datetime.fromisoformat(told)
    except ValueError:
        raise Failure(f"--now must be a moment such as 2026-05-01T07:00:00+02:00, not {told!r}") from None
    return (read if read.tzinfo else read.replace(tzinfo=settings.timezone)).astimezone(UTC)


def text_of(file: Path) -> str:
    """Give what the file says; `Failure` when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is not written in UTF-8") from None
