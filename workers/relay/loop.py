"""The relay's loop: plans letters while any are left to plan, wakes the mail workers, then waits to be woken itself."""

from collections.abc import Callable

import structlog

from cases.database.leases.leased import LEASE_POLICY
from workers.pacing import Pacer
from workers.relay.held_letters import plan_digest
from workers.relay.relay import PlannedLetters, relay_some
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
    pacer, told = Pacer(runtime.settings.gather_seconds), False
    while not runtime.stop.is_set():
        pacer.is_my_turn(runtime.stop)
        wake.forget()
        try:
            planned = relay_once(runtime, told=told)
        except Exception as error:
            LOG.error("relay.trouble", error=type(error).__name__, exc_info=True)
            runtime.stop.wait(LOOKS_EVERY)
            planned = None
        if planned:
            claimed()
        more = planned is not None and not planned.is_all
        told = not more and wake.wait(LOOKS_EVERY)
    wake.close()


def relay_once(runtime: Runtime, *, told: bool = False) -> PlannedLetters | None:
    """Plan the letters of some outbox entries, of one sweep's batch, and one digest of held letters.

    Wake the mail workers. Return None when there was nothing to plan. When `told` that there are outbox entries, begin
    with them, and look for the rest only if there are none: a look costs as much as a claim.
    """
    if told and (planned := relay_some(runtime.database)):
        _ring_for(runtime, planned.letters)
        return planned
    waiting = waiting_work(runtime.database)
    planned = relay_some(runtime.database) if waiting.outbox_entries else None
    if planned:
        _ring_for(runtime, planned.letters)
    for waits, plan in ((waiting.event_batch, plan_event_batch), (waiting.held_letters, plan_digest)):
        letters = plan(runtime.database) if waits else None
        if letters is not None:
            _ring_for(runtime, letters)
            planned = PlannedLetters(letters, is_all=False)
    return planned


def _ring_for(runtime: Runtime, letters: int) -> None:
    """Ring once for each portion of letters that a worker claims."""
    if letters:
        runtime.bell.ring("deliver", times=-(-letters // LEASE_POLICY.batch))
