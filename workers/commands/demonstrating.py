"""The command `demo`: it fills an empty database with an invented municipality, and lets days pass there."""

import re
from typing import TYPE_CHECKING

import click

from cases.settings import Settings, read_settings
from workers.commands.opening import Failure, domain_now, is_demonstration, migrated_database, right_now

if TYPE_CHECKING:
    from cases.database.transactions import Database

NOT_EMPTY = "the house is not empty: the demonstration needs one of its own"
NOT_THE_DEMONSTRATION = "this is not the demonstration: only its day can be moved"
DAYS_IN = {"d": 1, "w": 7}


@click.command()
@click.option("--forward", metavar="DAYS", help="Let days pass there instead, such as 7d or 1w: at most a year.")
def demo(forward: str | None) -> None:
    """Fill an empty database with the demonstration municipality."""
    settings = read_settings()
    days = None if forward is None else parse_days(forward)
    with migrated_database(settings) as database:
        if days is not None:
            move_day(database, settings, days)
        elif not fill_demonstration(database, settings):
            raise Failure(NOT_EMPTY)


def parse_days(text: str) -> int:
    """Return the number of days in a text such as "7d" or "1w". Raises `Failure` for another text, or over a year."""
    from cases.demo.passing_days import MOST_DAYS

    found = re.fullmatch(r"([0-9]{1,3})([dw])", text)
    days = int(found[1]) * DAYS_IN[found[2]] if found else 0
    if not 1 <= days <= MOST_DAYS:
        raise Failure(f"--forward takes days or weeks ahead, such as 7d or 1w, at most {MOST_DAYS}d, not {text!r}")
    return days


def move_day(database: "Database", settings: Settings, days: int) -> None:
    """Let days pass in the demonstration, and print what came of it. Raises `Failure` in any other house."""
    from cases.demo.passing_days import let_days_pass
    from cases.imports.formats.counting import counted

    if not is_demonstration(database):
        raise Failure(NOT_THE_DEMONSTRATION)
    refuse_open_demonstration(settings)
    fired = let_days_pass(database, days)
    with database.reading() as session:
        today = database.calendar.day_of(domain_now(session))
    click.echo(f"{counted(fired, 'rung')} fired; today is {today} there")


def fill_demonstration(database: "Database", settings: Settings) -> bool:
    """Fill an empty database with the demonstration municipality, and let the independent check look at it.

    Return True; or False, when the database was not empty and is left as it was.
    """
    from cases.demo.demonstrating import fill, is_empty
    from cases.ladder.sweep import sweep
    from cases.logs import log_warnings_only
    from workers.jobs.morning_letter import record_morning
    from workers.relay.demonstration_letters import demonstration_drainer
    from workers.relay.demonstration_mails import let_mails_come_in

    if not is_empty(database):
        return False
    click.echo("filling the demonstration municipality: 18 months in about half a minute", err=True)
    log_warnings_only()
    now = right_now()
    fill(settings, now, demonstration_drainer(settings, now))
    let_mails_come_in(database, settings)
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
