"""The actors: each catches what goes wrong, leaves it in the database, and returns. A message is only a hint."""

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
LOOKS_EVERY = 2.0


def declare_actors(workplace: Runtime, *, claimed: Callable[[], None]) -> None:
    """Let this process do what its broker rings for; `claimed` is called when letters were handled."""
    acts: dict[str, Callable[[], object]] = {name: partial(run_job, workplace, name) for name in JOBS}
    acts["deliver"] = partial(deliver, workplace, claimed)
    for name, act in acts.items():
        declare = dramatiq.actor(actor_name=name, queue_name=QUEUES[name], broker=workplace.broker)
        declare(_quiet(act))


def deliver(workplace: Runtime, claimed: Callable[[], None]) -> None:
    """Send letters that are due, and ask for another turn when there may be more."""
    try:
        done = deliver_some(workplace.database, workplace.post, stop=workplace.stop)
    except Exception as error:
        LOG.error("deliver.trouble", error=type(error).__name__, exc_info=True)
        return
    if done:
        claimed()
    if done >= MOST_AT_ONCE:
        workplace.bell.ring("deliver")


def look_until_closed(workplace: Runtime, *, claimed: Callable[[], None]) -> None:
    """Look every few seconds whether letters are due, whether or not a bell came."""
    while not workplace.stop.wait(LOOKS_EVERY):
        deliver(workplace, claimed)


def _quiet(act: Callable[[], object]) -> Callable[[], None]:
    """Give the act without its result, which nobody asks for."""

    def actor() -> None:
        act()

    return actor
