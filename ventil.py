"""The command line `ventil`: collects all commands in one group, and prints an error as one line.

The only module that imports both web and workers. Each command imports what it needs when it runs, so that a sweep
starts fast.
"""

import os
import runpy
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cases.logs import log_warnings_only
from cases.refusals import Refusal
from cases.settings import Settings, read_settings
from cases.settings.values import BadSetting
from workers.commands import administering, checking, demonstrating, importing, plans, processes
from workers.commands.demonstrating import make_sure_of_demonstration, refuse_if_open, refuse_open_demonstration
from workers.commands.opening import (
    BEHIND,
    FILE_PATH,
    Failure,
    domain_now,
    migrated_database,
    open_database,
    tell_moved_days,
)

if TYPE_CHECKING:
    from cases.database.transactions import Database

PORT, HOST = 8000, "127.0.0.1"
CHECKOUT = Path(__file__).parent
TESTS = CHECKOUT / "tests"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def ventil() -> None:
    """Case tracking and follow-up: no question is forgotten."""


for command in (
    administering.migrate,
    administering.load,
    administering.unit,
    administering.user,
    administering.token,
    importing.import_,
    importing.export,
    plans.plan,
    checking.sweep,
    checking.forgotten,
    checking.obligations,
    checking.doctor,
    demonstrating.demo,
    processes.worker,
    processes.relay,
    processes.clock,
    processes.lmtp,
):
    ventil.add_command(command)


# --- what runs -------------------------------------------------------------------------


@ventil.command()
@click.option("--host", default=HOST, show_default=True)
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--demo", is_flag=True, help="Fill a demonstration municipality on first start.")
def up(host: str, port: int, demo: bool) -> None:
    """Run everything in one process: web pages, API, e-mails and scheduled jobs."""
    from cases.administration.closed_days import apply_closed_days
    from cases.database.migrating import migrate as run_migrations
    from cases.logs import log_as_json
    from web import create_app
    from web.serving import serve_embedded
    from workers.processes.embedded import Embedded

    settings = _settings(host, port)
    with open_database(settings) as database:
        run_migrations(database)
        if demo:
            refuse_open_demonstration(settings)
            make_sure_of_demonstration(database, settings)
        refuse_if_open(database, settings)
        with database.transaction() as session:
            tell_moved_days(apply_closed_days(session, at=domain_now(session)))
        log_as_json()
        embedded = Embedded(database, settings)
        embedded.start()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            server = serve_embedded(create_app(settings, database), host, port)
            _print_addresses(database, settings)
            server.run()
            server.close()
        finally:
            embedded.stop()


@ventil.command()
@click.option("--host", default=HOST, show_default=True)
@click.option("--port", envvar="PORT", default=PORT, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64))
def web(host: str, port: int, processes: int) -> None:
    """Serve the web pages and the API."""
    from web.serving import run_web

    settings = _settings(host, port)
    with migrated_database(settings) as database:
        refuse_if_open(database, settings)
    run_web(settings, host, port, workers=processes)


# --- in a checkout only ------------------------------------------------------------------


@ventil.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(options: tuple[str, ...]) -> None:
    """Measure how fast Ventil is on this machine."""
    _find_in_checkout("bench")
    sys.argv = ["ventil bench", *options]
    runpy.run_module("bench", run_name="__main__")


@ventil.command()
@click.option("--months", default=18, show_default=True, type=click.IntRange(1, 240))
@click.option("--cases", type=click.IntRange(0, 100_000), help="How many come in; else as many as the scenario says.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same report, byte for byte.")
@click.option("--scenario", type=FILE_PATH, help="Another municipality, and what goes wrong there (TOML).")
@click.option("--json", type=FILE_PATH, help="Write the report there as JSON.")
@click.option("--page", type=FILE_PATH, help="Write the report there as one HTML page.")
@click.option("--lang", "locale", type=click.Choice(["sv", "en"]), default="sv", show_default=True)
def simulate(**options: Any) -> None:
    """Simulate an invented municipality for months, and check that nothing is forgotten."""
    _find_in_checkout("proof")
    from proof.simulation.command import SimulationOptions
    from proof.simulation.command import simulate as play

    breaches = play(SimulationOptions(**options), click.echo)
    if breaches:
        raise Failure(f"{len(breaches)} breaches found")


# --- beneath --------------------------------------------------------------------------------

MESSAGE_ONLY = {"Failure", "BadTable", "BadMapping", "CannotStart", "AlreadyUp", "BadScenario", "DoorTaken"}


def _find_in_checkout(package: str) -> None:
    """Put a package of tests/ on the path; `Failure` where it is missing, since the wheel holds only the product."""
    if not (TESTS / package).is_dir():
        command = click.get_current_context().info_name
        raise Failure(f"`ventil {command}` is not in the installed package: it needs a checkout")
    sys.path += [str(CHECKOUT), str(TESTS)]  # in this order: `cases` is the package, never the folder tests/cases


def _settings(host: str, port: int) -> Settings:
    """Return the settings from the environment; the base URL is where we listen, unless VENTIL_BASE_URL is set.

    Raises `BadSetting`, also when the outlines of the villages cannot be used.
    """
    from cases.organisation.outlines import read_outlines

    name = host if host in {"127.0.0.1", "localhost"} else "localhost"
    settings = read_settings({"VENTIL_BASE_URL": f"http://{name}:{port}", **{k: v for k, v in os.environ.items() if v}})
    if settings.outlines is not None:
        read_outlines(settings.outlines)
    return settings


def _print_addresses(database: "Database", settings: Settings) -> None:
    from cases.demo.demonstrating import who_may_log_in

    click.echo(f"Ventil is up: {settings.base_url}")
    with database.reading() as session:
        for email, name in who_may_log_in(session):
            click.echo(f"  log in as {email} ({name})")


def main() -> int:
    """Run the command that `sys.argv` names, and return its exit code. An error is printed as one line on stderr.

    A command that runs on and on logs as JSON; of the others one reads what they print.
    """
    log_warnings_only()
    try:
        return int(ventil.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        return _fail(error.format_message(), 2)
    except BadSetting as bad:
        return _fail(str(bad), 2)
    except (KeyboardInterrupt, click.Abort):
        return 130
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Exception as error:
        return _fail(_line_of(error), 1)


def _line_of(error: Exception) -> str:
    """Return the one line that is printed for an error."""
    message = " ".join(str(getattr(error, "orig", None) or error).split())
    if "no such table" in message or ("relation" in message and "does not exist" in message):
        return BEHIND
    if isinstance(error, Refusal):
        facts = ", ".join(f"{name}: {value}" for name, value in error.facts.items())
        message = (error.__doc__ or "").splitlines()[0] + (f" ({facts})" if facts else "")
    is_clear = isinstance(error, Refusal) or type(error).__name__ in MESSAGE_ONLY
    return message if is_clear else f"{_name_of(error)}: {message}"


def _name_of(error: Exception) -> str:
    return "the database does not answer" if type(error).__name__ == "OperationalError" else type(error).__name__


def _fail(line: str, code: int) -> int:
    click.echo(f"ventil: {line}", err=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
