"""The dramatiq actors: the functions that run when a message arrives. A message only says that rows may be due."""

from collections.abc import Callable
from functools import partial

import dramatiq
import structlog

from notifications.sending.sending import MOST_AT_ONCE, deliver_some
from workers.jobs.incoming_mail import file_mail
from workers.pacing import Pacer
from workers.queue.broker import QUEUES
from workers.runtime import Runtime
from workers.schedule.jobs import JOBS
from workers.schedule.scheduler import run_job

LOG = structlog.get_logger()
LOOKS_EVERY = 2.0  # seconds


def declare_actors(runtime: Runtime, *, claimed: Callable[[], None]) -> None:
    """Declare a dramatiq actor for each scheduled job, `deliver` and `file_mail`, on the runtime's broker.

    `claimed` is called whenever `deliver` found letters that were due: it tells the watchdog that work is done.
    """
    runs: dict[str, Callable[[], object]] = {name: partial(run_job, runtime, name) for name in JOBS}
    runs["deliver"] = partial(deliver_in_turn, runtime, claimed, Pacer(runtime.settings.gather_seconds))
    runs["file_mail"] = partial(file_mail, runtime)
    for name, run in runs.items():
        declare = dramatiq.actor(actor_name=name, queue_name=QUEUES[name], broker=runtime.broker)
        declare(_without_result(run))


def deliver_in_turn(runtime: Runtime, claimed: Callable[[], None], pacer: Pacer) -> None:
    """Do what `deliver` does, some milliseconds after this process's last turn, for all letters that came since."""
    if pacer.is_my_turn(runtime.stop):
        deliver(runtime, claimed, told=True)


def deliver(runtime: Runtime, claimed: Callable[[], None], *, told: bool = False) -> None:
    """Send up to about 200 letters that are due; call `claimed` if there were any. Errors are logged, never raised.

    `told`: somebody has said that letters are due.

    When more letters are due than are claimed at once, a message is enqueued that runs this beside it, or again.
    """
    ring = partial(runtime.bell.ring, "deliver")
    try:
        handled = deliver_some(runtime.database, runtime.transport, told=told, stop=runtime.stop, more=ring)
    except Exception as error:
        LOG.error("deliver.trouble", error=type(error).__name__, exc_info=True)
        return
    if handled:
        claimed()
    if handled >= MOST_AT_ONCE:
        ring()


def deliver_until_stopped(runtime: Runtime, *, claimed: Callable[[], None]) -> None:
    """Call `deliver` every two seconds until the process is to stop, so that no letter depends on the broker.

    Connections to the mail server that nobody needs are closed meanwhile.

    `claimed` is called whenever letters were due: it tells the watchdog that work is done.
    """
    while not runtime.stop.wait(LOOKS_EVERY):
        deliver(runtime, claimed)
        if runtime.transport.kept is not None:
            runtime.transport.kept.close_idle()


def _without_result(run: Callable[[], object]) -> Callable[[], None]:
    """Return the function with its result dropped, since dramatiq would keep it for nobody."""

    def actor() -> None:
        run()

    return actor
