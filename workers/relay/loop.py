"""The relay's loop: plan while there is something to plan, ring for the letters, then wait to be woken."""

from collections.abc import Callable

import structlog

from cases.database.leases.leased import LEASE_POLICY
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_a_tick
from workers.relay.waking import Wake
from workers.runtime import Runtime

LOG = structlog.get_logger()
LOOKS_EVERY = 1.0


def relay_until_closed(workplace: Runtime, wake: Wake, *, claimed: Callable[[], None]) -> None:
    """Relay until the workplace closes; `claimed` is called after each piece of work. No error ends it."""
    while not workplace.stop.is_set():
        try:
            while relay_once(workplace) and not workplace.stop.is_set():
                claimed()
        except Exception as error:
            LOG.error("relay.trouble", error=type(error).__name__, exc_info=True)
            workplace.stop.wait(LOOKS_EVERY)
        wake.wait(LOOKS_EVERY)
    wake.close()


def relay_once(workplace: Runtime) -> bool:
    """Plan some events and a tick, and ring for what is to be sent; False when there was nothing to plan."""
    events = _ring_for(workplace, relay_some(workplace.database))
    tick = _ring_for(workplace, plan_a_tick(workplace.database))
    return events or tick


def _ring_for(workplace: Runtime, letters: int | None) -> bool:
    """Ring as often as there are batches of letters; False when nothing was there to plan."""
    if letters:
        workplace.bell.ring("deliver", times=-(-letters // LEASE_POLICY.batch))
    return letters is not None
