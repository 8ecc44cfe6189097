"""What the commands share: they open the database, get the present moment, parse a moment and read a text file."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from cases.administration.closed_days import MovedDay
    from cases.database.transactions import Database

FILE_PATH = click.Path(path_type=Path)
MOST_MOVED = 20  # cases named one by one
BEHIND = "the database is behind: run `ventil migrate` first"


class Failure(Exception):
    """A command failed. Its message is printed as one line, without a traceback."""


@contextmanager
def open_database(settings: Settings) -> "Iterator[Database]":
    """Open the database at `settings.database_url`; it is closed when the `with` block ends.

    It may lack migrations: for `migrate`, `up`, `doctor` and `sweep`. The other commands use `migrated_database`. What
    others may read of the data folder is closed to them first.
    """
    from cases.database.private_files import tighten
    from cases.database.transactions import Database

    tighten(settings.var)
    database = Database.of(settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def migrated_database(settings: Settings | None = None) -> "Iterator[Database]":
    """Open the database for a command that needs its tables; it is closed when the `with` block ends.

    Without `settings`, they are read from the environment. Raises `Failure` when a migration has not been run.
    """
    from cases.database.migrating import is_behind

    with open_database(settings or read_settings()) as database:
        if is_behind(database):
            raise Failure(BEHIND)
        yield database


def is_demonstration(database: "Database") -> bool:
    """Return whether the database holds the demonstration."""
    from cases.organisation.municipality import municipality

    with database.reading() as session:
        return municipality(session).demonstration


def refuse_in_demonstration(database: "Database") -> None:
    """Raise `Failure` when the database holds the demonstration, where anybody logs in as anybody."""
    if is_demonstration(database):
        raise Failure("this is the demonstration, where anybody logs in as anybody: use a house of your own")


def tell_moved_days(moved: "Sequence[MovedDay]") -> None:
    """Print which cases got a later day since the municipality is closed on one: the first twenty, and how many."""
    for case in moved[:MOST_MOVED]:
        click.echo(case)
    if moved:
        click.echo(f"cases with a later day, since the municipality is closed: {len(moved)}; promises stay")


def freeze_garbage_collector() -> None:
    """Exempt all objects that exist now from garbage collection: it took a quarter of an import's CPU time."""
    gc.collect()
    gc.freeze()


def right_now() -> datetime:
    """Return the present moment in UTC, by this computer's clock. For keys and imports: else `domain_now`."""
    return datetime.now(UTC)


def domain_now(session: "Session") -> datetime:
    """Return the present moment in domain time, UTC: for what happens to cases, units and people."""
    from cases.organisation.domain_time import domain_time

    return domain_time(session)


def parse_moment(text: str, settings: Settings) -> datetime:
    """Parse an ISO 8601 moment and return it in UTC. Raises `Failure` for any other text.

    A moment without an offset is in the time zone of the settings.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"--now must be a moment such as 2026-05-01T07:00:00+02:00, not {text!r}") from None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=settings.timezone)).astimezone(UTC)


def text_of(file: Path) -> str:
    """Return the text of a UTF-8 file. Raises `Failure` when it cannot be read or is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{file} is not written in UTF-8") from None
