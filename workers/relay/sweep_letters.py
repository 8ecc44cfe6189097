"""Plans the letters about a sweep's events when all events are written, for fifty recipients in one transaction.

When a transaction fails, each of its recipients gets a transaction of its own: so one that fails holds up no other.
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
AT_ONCE = 50  # recipients in one transaction


@dataclass(frozen=True)
class _ClaimedBatch:
    """An event batch, and the claim by which it is ours while the lease runs."""

    batch: EventBatch
    claimed: Claim
    policy: LeasePolicy


def plan_event_batch(database: Database, policy: LeasePolicy = LEASE_POLICY) -> int | None:
    """Plan the letters of the oldest batch that a sweep has sealed (all its events are written).

    Return the number of new deliveries, or None when there was no such batch or planning failed for a recipient.
    `policy` says for how long the batch is claimed, and after how many claims it is set aside.
    """
    with database.transaction() as session:
        claimed = claim(session, QUEUE, policy)
        if not claimed.rows:
            return None
        batch = session.get_one(EventBatch, claimed.rows[0].id)
    planned, failed = _plan(database, _ClaimedBatch(batch, claimed, policy))
    if failed:
        LOG.error("tick.not_planned", tick=batch.id, claims=batch.claims, error=failed)
        return None  # claimed again when the lease is over, and set aside in the end
    with database.transaction() as session:
        finish(session, PLANNED, claimed.token, claimed.keys)
    LOG.info("tick.planned", tick=batch.id, letters=planned)
    return planned


def _sealed() -> Select[int, int]:
    """Return the query for the oldest sealed batch that no outbox entry must precede.

    A lease does not count before the first claim: it is that of the sweeper, which has sealed the batch.
    """
    claimable = or_(EventBatch.claims == 0, is_unleased(EventBatch, MOMENT))
    return (
        select(EventBatch.id, EventBatch.claims)
        .where(
            EventBatch.planned_at.is_(None),
            EventBatch.sealed_at.isnot(None),
            EventBatch.set_aside_at.is_(None),
            claimable,
            ~has_earlier_work(),
        )
        .order_by(EventBatch.id)
        .limit(1)
    )


SEALED = _sealed()
QUEUE = Queue(EventBatch, SEALED.with_for_update(skip_locked=True), set_aside_batch)
PLANNED = finish_statement(EventBatch, planned_at=now())


def _plan(database: Database, ours: _ClaimedBatch) -> tuple[int, str]:
    """Plan the letter of each recipient; return the number of new deliveries, and the first error's name or ""."""
    with database.reading() as session:
        recipients = draft_batch(session, ours.batch)
    portions = [recipients[start : start + AT_ONCE] for start in range(0, len(recipients), AT_ONCE)]
    return _summed([_plan_some(database, ours, portion) for portion in portions])


def _plan_some(database: Database, ours: _ClaimedBatch, recipients: Sequence[DeliveryDraft]) -> tuple[int, str]:
    """Plan these drafts in one transaction, or each in its own when that fails."""
    try:
        with database.transaction() as session:
            _renew(session, ours)
            return plan_batch_for(session, ours.batch, recipients), ""
    except LeaseLost:
        raise
    except Exception as error:
        if len(recipients) == 1:
            return 0, type(error).__name__
    return _summed([_plan_some(database, ours, [recipient]) for recipient in recipients])


def _summed(results: Sequence[tuple[int, str]]) -> tuple[int, str]:
    return sum(planned for planned, _ in results), next((failed for _, failed in results if failed), "")


def _renew(session: Session, ours: _ClaimedBatch) -> None:
    """Renew the lease on the batch; `LeaseLost` when another relay holds it by now."""
    claimed = ours.claimed
    if not renew(session, EventBatch, claimed.token, claimed.keys, present(session) + ours.policy.lease):
        raise LeaseLost
