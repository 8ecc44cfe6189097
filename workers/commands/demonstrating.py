"""The demonstration: an empty database becomes an invented municipality."""

from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings
from workers.commands.opening import Failure, migrated_database, right_now

if TYPE_CHECKING:
    from cases.database.transactions import Database


@click.command()
def demo() -> None:
    """Fill an empty house with the demonstration municipality."""
    settings = read_settings()
    with migrated_database(settings) as database:
        if not fill_demonstration(database, settings):
            raise Failure("the house is not empty: the demonstration needs one of its own")


def fill_demonstration(database: "Database", settings: Settings) -> bool:
    """Fill an empty database; return False, and change nothing, when it is not empty."""
    from cases.demo.demonstrating import fill, is_empty
    from cases.logs import log_warnings_only
    from workers.relay.demonstration_letters import wire_of

    if not is_empty(database):
        return False
    click.echo("filling the demonstration municipality: 18 months in about half a minute", err=True)
    log_warnings_only()
    moment = right_now()
    fill(settings, moment, wire_of(settings, moment))
    return True
