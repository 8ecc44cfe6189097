"""Worker, relay and clock as processes of their own, until SIGTERM: what is in hand is finished first."""

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
from workers.processes.actors import declare_actors, look_until_closed
from workers.relay.loop import relay_until_closed
from workers.relay.relay import is_any_work
from workers.relay.waking import wake_of
from workers.runtime import THREADS, Runtime, open_runtime
from workers.schedule.scheduler import Scheduler

LOG = structlog.get_logger()
STOPS_WITHIN = 20_000


class CannotStart(Exception):
    """The process cannot begin; the message is the line that a person reads."""


def run_worker(settings: Settings) -> None:
    """Send letters and do the clock's jobs, when rung for and by own looking. Raises `CannotStart`."""
    with _at_work(settings) as workplace:
        watchdog = Watchdog(partial(_are_letters_due, workplace))
        declare_actors(workplace, claimed=watchdog.claimed)
        worker = dramatiq.Worker(workplace.broker, worker_threads=THREADS)
        worker.start()
        _beside("watchdog", partial(watchdog.watch, workplace.stop, _give_up))
        look_until_closed(workplace, claimed=watchdog.claimed)
        worker.stop(timeout=STOPS_WITHIN)


def run_relay(settings: Settings) -> None:
    """Plan what follows from what happened. Raises `CannotStart`."""
    with _at_work(settings) as workplace:
        watchdog = Watchdog(partial(is_any_work, workplace.database))
        _beside("watchdog", partial(watchdog.watch, workplace.stop, _give_up))
        relay_until_closed(workplace, wake_of(workplace.database), claimed=watchdog.claimed)


def run_clock(settings: Settings) -> None:
    """Let what is due happen. Raises `CannotStart`."""
    with _at_work(settings) as workplace:
        Scheduler(workplace).run()


@contextmanager
def _at_work(settings: Settings) -> Iterator[Runtime]:
    database = Database(settings.database_url, settings.calendar)
    _refuse_old_migrations(database)
    workplace = open_runtime(database, settings, settings.redis_url)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: workplace.stop.set())
    LOG.info("process.started", pid=os.getpid())
    yield workplace
    database.close()
    LOG.info("process.stopped", pid=os.getpid())


def _refuse_old_migrations(database: Database) -> None:
    try:
        behind = is_behind(database)
    except OperationalError:
        raise CannotStart("the database does not answer") from None
    if behind:
        raise CannotStart("the database is behind: run `ventil migrate` first")


def _are_letters_due(workplace: Runtime) -> bool:
    with workplace.database.reading() as session:
        return is_anything_due(session) and not is_down_now(session, workplace.post.server.name)


def _give_up() -> None:
    """End at once, so that the supervisor starts us again; leases see to what was in hand."""
    os._exit(UNHEALTHY)


def _beside(name: str, act: Callable[[], None]) -> None:
    threading.Thread(target=act, name=name, daemon=True).start()
