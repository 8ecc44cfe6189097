"""The dramatiq actors. Each catches its errors and leaves them in the database: a message is only a hint to look."""

from collections.abc import Callable
from functools import partial

import dramatiq
import structlog

from notifications.sending.sending import MOST_AT_ONCE, deliver_some
from workers.queue.broker import QUEUES
from workers.runtime import Runtime
from workers.schedule.jobs import JOBS
from workers.schedule.scheduler import run_job

LOG = structlog.get_logger()
LOOKS_EVERY = 2.0  # seconds


def declare_actors(runtime: Runtime, *, claimed: Callable[[], None]) -> None:
    """Declare an actor for `deliver` and for each job; `claimed` is called whenever letters were handled."""
    runs: dict[str, Callable[[], object]] = {name: partial(run_job, runtime, name) for name in JOBS}
    runs["deliver"] = partial(deliver, runtime, claimed)
    for name, run in runs.items():
        declare = dramatiq.actor(actor_name=name, queue_name=QUEUES[name], broker=runtime.broker)
        declare(_without_result(run))


def deliver(runtime: Runtime, claimed: Callable[[], None]) -> None:
    """Send letters that are due, and ring for another turn when there may be more. Errors are logged, never raised."""
    try:
        handled = deliver_some(runtime.database, runtime.transport, stop=runtime.stop)
    except Exception as error:
        LOG.error("deliver.trouble", error=type(error).__name__, exc_info=True)
        return
    if handled:
        claimed()
    if handled >= MOST_AT_ONCE:
        runtime.bell.ring("deliver")


def deliver_until_stopped(runtime: Runtime, *, claimed: Callable[[], None]) -> None:
    """Send letters that are due every two seconds, so that none depends on a message of the broker."""
    while not runtime.stop.wait(LOOKS_EVERY):
        deliver(runtime, claimed)


def _without_result(run: Callable[[], object]) -> Callable[[], None]:
    """Return the function with its result dropped, since dramatiq would keep it for nobody."""

    def actor() -> None:
        run()

    return actor
