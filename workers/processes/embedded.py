"""Everything in one process: relay, clock, and dramatiq's threads on queues in memory."""

import threading
from collections.abc import Callable
from functools import partial

import dramatiq
import structlog
from sqlalchemy import update

from cases.database.leases.leased import NO_LEASE, Leased
from cases.database.transactions import Database
from cases.deadlines.schedule import Scheduled
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from cases.settings import Settings
from notifications.deliveries import Delivery, MailServer
from workers.health.watchdog import Watchdog
from workers.processes.actors import declare_actors, look_until_closed
from workers.processes.single_instance import InstanceLock
from workers.relay.loop import relay_until_closed
from workers.relay.waking import wake_of
from workers.runtime import THREADS, Runtime, open_runtime
from workers.schedule.scheduler import Scheduler

LOG = structlog.get_logger()
STOPS_WITHIN = 15.0
LEASED: tuple[type[Leased], ...] = (OutboxEntry, Delivery, EventBatch, Scheduled)


class Embedded:
    """The house's work in the process that also serves its pages."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._lock = InstanceLock(settings.var)
        self._threads: list[threading.Thread] = []
        self._workplace: Runtime | None = None
        self._worker: dramatiq.Worker | None = None

    def start(self) -> None:
        """Begin to work; `AlreadyUp` when another process does so in this folder."""
        self._lock.take()
        if self.database.is_sqlite:
            void_leases(self.database)
        self._workplace = workplace = open_runtime(self.database, self.settings, None)
        watchdog = Watchdog(lambda: False)
        declare_actors(workplace, claimed=watchdog.claimed)
        self._worker = dramatiq.Worker(workplace.broker, worker_threads=THREADS)
        self._worker.start()
        wake = wake_of(self.database)
        self._begin("relay", partial(relay_until_closed, workplace, wake, claimed=watchdog.claimed))
        self._begin("clock", Scheduler(workplace).run)
        self._begin("lookout", partial(look_until_closed, workplace, claimed=watchdog.claimed))
        LOG.info("embedded.started")

    def stop(self) -> None:
        """Finish what is in hand, and stop."""
        if self._workplace is None or self._worker is None:
            return
        self._workplace.stop.set()
        self.database.committed.set()
        self._worker.stop(timeout=int(STOPS_WITHIN * 1000))
        for thread in self._threads:
            thread.join(STOPS_WITHIN)
        self._lock.leave()
        self._workplace = self._worker = None
        LOG.info("embedded.stopped")

    def _begin(self, name: str, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def void_leases(database: Database) -> None:
    """Let everything be claimed anew: whoever had it lived in a process that is gone."""
    with database.transaction() as session:
        for kind in LEASED:
            held = update(kind).where(kind.lease_until.isnot(None))
            session.execute(held.values(NO_LEASE))
        session.execute(update(MailServer).values(probing_until=None))
