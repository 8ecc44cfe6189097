"""The letters of a tick: planned when its sweep is complete, some addresses in one transaction.

One that cannot be planned keeps no other back: those beside it are then planned one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cases.database.clock import now, present
from cases.database.leases.claims import MOMENT, Claim, Queue, claim
from cases.database.leases.leased import (
    LEASE_POLICY,
    LeaseLost,
    LeasePolicy,
    finish,
    finish_statement,
    is_unleased,
    renew,
)
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from notifications.planning.planning import DeliveryDraft, draft_batch, plan_batch_for
from notifications.set_aside import set_aside_batch
from workers.relay.ordering import has_earlier_work

LOG = structlog.get_logger()
AT_ONCE = 50  # addresses in one transaction


@dataclass(frozen=True)
class _Held:
    """A tick that is ours for as long as the lease of its token runs."""

    tick: EventBatch
    claimed: Claim
    pace: LeasePolicy


def plan_a_tick(database: Database, pace: LeasePolicy = LEASE_POLICY) -> int | None:
    """Plan the oldest sealed tick; give how many deliveries are new, or None when there was none to plan."""
    with database.reading() as session:
        if session.execute(SEALED, {"moment": present(session)}).first() is None:
            return None
    with database.transaction() as session:
        claimed = claim(session, QUEUE, pace, present(session))
        if not claimed.rows:
            return None
        tick = session.get_one(EventBatch, claimed.rows[0].id)
    planned, failed = _plan(database, _Held(tick, claimed, pace))
    if failed:
        LOG.error("tick.not_planned", tick=tick.id, claims=tick.claims, error=failed)
        return None  # claimed again when the lease is over, and set aside in the end
    with database.transaction() as session:
        finish(session, PLANNED, claimed.token, claimed.keys)
    LOG.info("tick.planned", tick=tick.id, letters=planned)
    return planned


def _sealed() -> Select[int, int]:
    """Select the oldest tick to plan, when nothing goes before it any more.

    Before the first claim a lease is the sweeper's, which has sealed it.
    """
    free = or_(EventBatch.claims == 0, is_unleased(EventBatch, MOMENT))
    return (
        select(EventBatch.id, EventBatch.claims)
        .where(
            EventBatch.planned_at.is_(None),
            EventBatch.sealed_at.isnot(None),
            EventBatch.set_aside_at.is_(None),
            free,
            ~has_earlier_work(),
        )
        .order_by(EventBatch.id)
        .limit(1)
    )


SEALED = _sealed()
QUEUE = Queue(EventBatch, SEALED.with_for_update(skip_locked=True), set_aside_batch)
PLANNED = finish_statement(EventBatch, planned_at=now())


def _plan(database: Database, held: _Held) -> tuple[int, str]:
    """Plan each recipient's letter; give how many are new, and an error if there was one."""
    with database.reading() as session:
        recipients = draft_batch(session, held.tick)
    portions = [recipients[start : start + AT_ONCE] for start in range(0, len(recipients), AT_ONCE)]
    return _summed([_plan_some(database, held, portion) for portion in portions])


def _plan_some(database: Database, held: _Held, recipients: Sequence[DeliveryDraft]) -> tuple[int, str]:
    """Plan these letters in one transaction, or each in its own when that fails."""
    try:
        with database.transaction() as session:
            _keep(session, held)
            return plan_batch_for(session, held.tick, recipients), ""
    except LeaseLost:
        raise
    except Exception as error:
        if len(recipients) == 1:
            return 0, type(error).__name__
    return _summed([_plan_some(database, held, [one]) for one in recipients])


def _summed(results: Sequence[tuple[int, str]]) -> tuple[int, str]:
    return sum(planned for planned, _ in results), next((failed for _, failed in results if failed), "")


def _keep(session: Session, held: _Held) -> None:
    """Go on holding the tick; `LeaseLost` when somebody else has it by now."""
    ours = held.claimed
    if not renew(session, EventBatch, ours.token, ours.keys, present(session) + held.pace.lease):
        raise LeaseLost
