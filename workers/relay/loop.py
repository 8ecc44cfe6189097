"""The relay's loop: plans letters while any are left to plan, wakes the mail workers, then waits to be woken itself."""

from collections.abc import Callable

import structlog

from cases.database.leases.leased import LEASE_POLICY
from workers.pacing import Pacer
from workers.relay.held_letters import plan_digest
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_event_batch
from workers.relay.waiting_work import waiting_work
from workers.relay.waking import Wake
from workers.runtime import Runtime

LOG = structlog.get_logger()
LOOKS_EVERY = 1.0  # seconds


def relay_until_stopped(runtime: Runtime, wake: Wake, *, claimed: Callable[[], None]) -> None:
    """Plan letters until the process is to stop, and wait on `wake` whenever there is nothing to plan.

    `claimed` is called after each round that planned something: it tells the watchdog that work is done. Errors are
    logged, never raised.
    """
    pacer = Pacer(runtime.settings.gather_seconds)
    while not runtime.stop.is_set():
        pacer.is_my_turn(runtime.stop)
        wake.forget()
        try:
            if relay_once(runtime):
                claimed()
                continue
        except Exception as error:
            LOG.error("relay.trouble", error=type(error).__name__, exc_info=True)
            runtime.stop.wait(LOOKS_EVERY)
        wake.wait(LOOKS_EVERY)
    wake.close()


def relay_once(runtime: Runtime) -> bool:
    """Plan the letters of some outbox entries, of one sweep's batch, and one digest of held letters.

    Wake the mail workers. Return False when there was nothing to plan.
    """
    waiting = waiting_work(runtime.database)
    events = waiting.outbox_entries and _ring_for(runtime, relay_some(runtime.database))
    batch = waiting.event_batch and _ring_for(runtime, plan_event_batch(runtime.database))
    digest = waiting.held_letters and _ring_for(runtime, plan_digest(runtime.database))
    return events or batch or digest


def _ring_for(runtime: Runtime, letters: int | None) -> bool:
    """Ring once for each portion of letters that a worker claims; return whether there was anything to plan."""
    if letters:
        runtime.bell.ring("deliver", times=-(-letters // LEASE_POLICY.batch))
    return letters is not None
