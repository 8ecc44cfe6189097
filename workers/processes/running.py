"""Worker, relay and clock as processes of their own. At SIGTERM each finishes the rows that it claimed, then ends."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import dramatiq
import structlog
from sqlalchemy.exc import OperationalError

from cases.database.migrating import is_behind
from cases.database.transactions import Database
from cases.settings import Settings
from notifications.sending.circuit_breaker import is_down_now
from notifications.sending.claiming import is_anything_due
from workers.health.watchdog import UNHEALTHY, Watchdog
from workers.processes.actors import declare_actors, deliver_until_stopped
from workers.relay.loop import relay_until_stopped
from workers.relay.waiting_work import waiting_work
from workers.relay.waking import wake_of
from workers.runtime import THREADS, Runtime, open_runtime
from workers.schedule.scheduler import Scheduler

LOG = structlog.get_logger()
STOPS_WITHIN = 20_000  # milliseconds


class CannotStart(Exception):
    """The process cannot start. The message says why, and is printed as one line."""


def run_worker(settings: Settings) -> None:
    """Send letters and run scheduled jobs until SIGTERM. Raises `CannotStart` without a migrated database."""
    with _process_runtime(settings) as runtime:
        watchdog = Watchdog(partial(_are_letters_due, runtime))
        declare_actors(runtime, claimed=watchdog.claimed)
        worker = dramatiq.Worker(runtime.broker, worker_threads=THREADS)
        worker.start()
        _start_thread("watchdog", partial(watchdog.watch, runtime.stop, _exit_unhealthy))
        deliver_until_stopped(runtime, claimed=watchdog.claimed)
        worker.stop(timeout=STOPS_WITHIN)


def run_relay(settings: Settings) -> None:
    """Plan the letters about events until SIGTERM. Raises `CannotStart` without a migrated database."""
    with _process_runtime(settings) as runtime:
        watchdog = Watchdog(partial(_is_planning_due, runtime))
        _start_thread("watchdog", partial(watchdog.watch, runtime.stop, _exit_unhealthy))
        relay_until_stopped(runtime, wake_of(runtime.database), claimed=watchdog.claimed)


def run_clock(settings: Settings) -> None:
    """Start each scheduled job when it is due, until SIGTERM. Raises `CannotStart` without a migrated database."""
    with _process_runtime(settings) as runtime:
        Scheduler(runtime).run()


def run_door(settings: Settings) -> None:
    """Take mail over LMTP until SIGTERM. Raises `CannotStart` without a migrated database, or `DoorTaken`."""
    from notifications.inbound.lmtp.serving import serve_door

    with _process_runtime(settings) as runtime:
        serve_door(runtime.database, settings, kept=partial(runtime.bell.ring, "file_mail"), stop=runtime.stop)


@contextmanager
def _process_runtime(settings: Settings) -> Iterator[Runtime]:
    database = Database.of(settings)
    _refuse_old_migrations(database)
    runtime = open_runtime(database, settings, settings.redis_url)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runtime.stop.set())
    LOG.info("process.started", pid=os.getpid())
    yield runtime
    runtime.close()
    database.close()
    LOG.info("process.stopped", pid=os.getpid())


def _refuse_old_migrations(database: Database) -> None:
    try:
        behind = is_behind(database)
    except OperationalError:
        raise CannotStart("the database does not answer") from None
    if behind:
        raise CannotStart("the database is behind: run `ventil migrate` first")


def _are_letters_due(runtime: Runtime) -> bool:
    with runtime.database.reading() as session:
        return is_anything_due(session) and not is_down_now(session, runtime.transport.server.name)


def _is_planning_due(runtime: Runtime) -> bool:
    waiting = waiting_work(runtime.database)
    return waiting.outbox_entries or waiting.held_letters


def _exit_unhealthy() -> None:
    """Exit at once with status 70, so that the supervisor restarts us; what was claimed is free when its lease ends."""
    os._exit(UNHEALTHY)


def _start_thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()
