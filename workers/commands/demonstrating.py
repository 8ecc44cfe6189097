"""The command `demo`: it fills an empty database with an invented municipality."""

from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings
from workers.commands.opening import Failure, is_demonstration, migrated_database, right_now

if TYPE_CHECKING:
    from cases.database.transactions import Database

NOT_EMPTY = "the house is not empty: the demonstration needs one of its own"


@click.command()
def demo() -> None:
    """Fill an empty database with the demonstration municipality."""
    settings = read_settings()
    with migrated_database(settings) as database:
        if not fill_demonstration(database, settings):
            raise Failure(NOT_EMPTY)


def fill_demonstration(database: "Database", settings: Settings) -> bool:
    """Fill an empty database with the demonstration municipality, and let the independent check look at it.

    Return True; or False, when the database was not empty and is left as it was.
    """
    from cases.demo.demonstrating import fill, is_empty
    from cases.ladder.sweep import sweep
    from cases.logs import log_warnings_only
    from workers.jobs.morning_letter import record_morning
    from workers.relay.demonstration_letters import demonstration_drainer

    if not is_empty(database):
        return False
    click.echo("filling the demonstration municipality: 18 months in about half a minute", err=True)
    log_warnings_only()
    now = right_now()
    fill(settings, now, demonstration_drainer(settings, now))
    sweep(database)
    record_morning(database)
    return True


def make_sure_of_demonstration(database: "Database", settings: Settings) -> None:
    """Fill the database with the demonstration if it is empty. Raises `Failure` when it holds anything else."""
    if not fill_demonstration(database, settings) and not is_demonstration(database):
        raise Failure(NOT_EMPTY)


def refuse_if_open(database: "Database", settings: Settings) -> None:
    """Raise `Failure` when the database holds the demonstration, and the base URL is not on this machine."""
    if is_demonstration(database):
        refuse_open_demonstration(settings)


def refuse_open_demonstration(settings: Settings) -> None:
    """Raise `Failure` when the base URL is not on this machine: anybody can log in to the demonstration as anybody."""
    if not settings.on_loopback:
        raise Failure(
            f"the demonstration runs only on this machine, not at {settings.base_url}: anybody can log in there"
        )
