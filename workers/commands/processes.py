"""Commands that start the long-running processes: worker, relay, clock and the door for mail."""

import click

from cases.settings import read_settings


@click.command()
def worker() -> None:
    """Send e-mails and run the scheduled jobs."""
    from cases.logs import log_as_json
    from workers.processes.running import run_worker

    log_as_json()
    run_worker(read_settings())


@click.command()
def relay() -> None:
    """Plan the e-mails about new events, for the worker to send."""
    from cases.logs import log_as_json
    from workers.processes.running import run_relay

    log_as_json()
    run_relay(read_settings())


@click.command()
def clock() -> None:
    """Start each scheduled job, such as the sweep, when it is due."""
    from cases.logs import log_as_json
    from workers.processes.running import run_clock

    log_as_json()
    run_clock(read_settings())


@click.command()
def lmtp() -> None:
    """Take e-mails from a mail server on this machine, at VENTIL_LMTP."""
    from cases.logs import log_as_json
    from workers.processes.running import run_door

    log_as_json()
    run_door(read_settings())
