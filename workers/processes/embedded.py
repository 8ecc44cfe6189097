"""`ventil up`: relay, clock, the door for mail and dramatiq's worker threads in one process, with queues in memory."""

import threading
from collections.abc import Callable
from functools import partial

import dramatiq
import structlog
from sqlalchemy import update

from cases.database.leases.leased import NO_LEASE, Leased
from cases.database.tables.scheduled_jobs import Scheduled
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from cases.settings import Settings
from notifications.deliveries import Delivery, MailServer
from notifications.inbound_mail import InboundMail
from workers.health.watchdog import Watchdog
from workers.processes.actors import declare_actors, deliver_until_stopped
from workers.processes.single_instance import InstanceLock
from workers.relay.loop import relay_until_stopped
from workers.relay.waking import wake_of
from workers.runtime import THREADS, Runtime, open_runtime
from workers.schedule.scheduler import Scheduler

LOG = structlog.get_logger()
STOPS_WITHIN = 15.0  # seconds
LEASED: tuple[type[Leased], ...] = (OutboxEntry, Delivery, EventBatch, Scheduled, InboundMail)


class Embedded:
    """The background work of `ventil up`: threads in the process that also serves the pages."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._lock = InstanceLock(settings.var)
        self._threads: list[threading.Thread] = []
        self._runtime: Runtime | None = None
        self._worker: dramatiq.Worker | None = None

    def start(self) -> None:
        """Start the threads. Raises `AlreadyUp` when another process holds the lock of the folder `settings.var`."""
        self._lock.acquire()
        if self.database.is_sqlite:
            void_leases(self.database)
        self._runtime = runtime = open_runtime(self.database, self.settings, None)
        watchdog = Watchdog(lambda: False)
        declare_actors(runtime, claimed=watchdog.claimed)
        self._worker = dramatiq.Worker(runtime.broker, worker_threads=THREADS)
        self._worker.start()
        wake = wake_of(self.database)
        self._start_thread("relay", partial(relay_until_stopped, runtime, wake, claimed=watchdog.claimed))
        self._start_thread("clock", Scheduler(runtime).run)
        self._start_thread("lookout", partial(deliver_until_stopped, runtime, claimed=watchdog.claimed))
        if self.settings.incoming.lmtp is not None:
            self._start_thread("door", partial(_take_mail, runtime))
        LOG.info("embedded.started")

    def stop(self) -> None:
        """Stop the threads, letting each finish the rows that it has claimed. A second call does nothing."""
        if self._runtime is None or self._worker is None:
            return
        self._runtime.stop.set()
        self.database.committed.set()
        self._worker.stop(timeout=int(STOPS_WITHIN * 1000))
        for thread in self._threads:
            thread.join(STOPS_WITHIN)
        self._runtime.close()
        self._lock.release()
        self._runtime = self._worker = None
        LOG.info("embedded.stopped")

    def _start_thread(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)


def _take_mail(runtime: Runtime) -> None:
    """Take mail over LMTP until the process is to stop; when nobody can listen there, the rest runs on without it."""
    from notifications.inbound.lmtp.serving import DoorTaken, serve_door

    try:
        serve_door(runtime.database, runtime.settings, kept=partial(runtime.bell.ring, "file_mail"), stop=runtime.stop)
    except DoorTaken as taken:
        LOG.error("door.taken", why=str(taken))


def void_leases(database: Database) -> None:
    """End all leases (claims on rows for a limited time), so that the rows can be claimed again at once.

    Call it only when the process that held the leases has ended.
    """
    with database.transaction() as session:
        for kind in LEASED:
            held = update(kind).where(kind.lease_until.isnot(None))
            session.execute(held.values(NO_LEASE))
        session.execute(update(MailServer).values(probing_until=None))
