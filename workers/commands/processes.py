"""Commands that start the long-running processes: worker, relay and clock."""

import click

from cases.settings import read_settings


@click.command()
def worker() -> None:
    """Send letters and do the clock's jobs."""
    from cases.logs import log_as_json
    from workers.processes.running import run_worker

    log_as_json()
    run_worker(read_settings())


@click.command()
def relay() -> None:
    """Plan the letters that follow from what happened."""
    from cases.logs import log_as_json
    from workers.processes.running import run_relay

    log_as_json()
    run_relay(read_settings())


@click.command()
def clock() -> None:
    """Let what is due happen, on time."""
    from cases.logs import log_as_json
    from workers.processes.running import run_clock

    log_as_json()
    run_clock(read_settings())
