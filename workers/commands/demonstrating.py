"""The command `demo`: it fills an empty database with an invented municipality."""

from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings
from workers.commands.opening import Failure, migrated_database, right_now

if TYPE_CHECKING:
    from cases.database.transactions import Database


@click.command()
def demo() -> None:
    """Fill an empty database with the demonstration municipality."""
    settings = read_settings()
    with migrated_database(settings) as database:
        if not fill_demonstration(database, settings):
            raise Failure("the house is not empty: the demonstration needs one of its own")


def fill_demonstration(database: "Database", settings: Settings) -> bool:
    """Fill an empty database with the demonstration municipality.

    Return True; or False, when the database was not empty and is left as it was.
    """
    from cases.demo.demonstrating import fill, is_empty
    from cases.logs import log_warnings_only
    from workers.relay.demonstration_letters import demonstration_drainer

    if not is_empty(database):
        return False
    click.echo("filling the demonstration municipality: 18 months in about half a minute", err=True)
    log_warnings_only()
    now = right_now()
    fill(settings, now, demonstration_drainer(settings, now))
    return True
