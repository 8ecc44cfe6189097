"""Claiming: which letters a worker may send now. Per address they go out in the order in which they came."""

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from cases.database.clock import present
from cases.database.leases.claims import MOMENT, Claim, Queue, claim
from cases.database.leases.leased import LeasePolicy, is_free
from cases.database.queries import fetch_rows
from notifications.deliveries import IS_WAITING, Channel, Delivery
from notifications.sending.circuit_breaker import locked
from notifications.set_aside import set_aside_delivery


def _claimable() -> Select[int, int]:
    """Select the oldest letters that may be begun: to each address nothing newer before what is older."""
    older = aliased(Delivery)
    held_back = exists().where(
        older.address_id == Delivery.address_id,
        older.id < Delivery.id,
        older.outcome == IS_WAITING,
        or_(older.lease_until > MOMENT, older.next_attempt_at > MOMENT),
    )
    waits = (Delivery.outcome == IS_WAITING, Delivery.channel == Channel.MAIL)
    return (
        select(Delivery.id, Delivery.claims)
        .where(*waits, is_free(Delivery, MOMENT), ~held_back)
        .order_by(Delivery.id)
        .limit(bindparam("most"))
    )


CLAIMABLE = _claimable()
LOCKED = CLAIMABLE.with_for_update(of=Delivery)  # who has just recorded that one was sent is waited for
QUEUE = Queue(Delivery, LOCKED, set_aside_delivery)


def is_anything_due(session: Session) -> bool:
    """Say whether a letter could be claimed now, were its server there."""
    return bool(fetch_rows(session, CLAIMABLE, {"moment": present(session), "most": 1}))


def claim_letters(session: Session, server: str, pace: LeasePolicy) -> Claim:
    """Claim a few letters, oldest first; none while their server is down. Only one worker at a time claims for it."""
    if locked(session, server).down_since is not None:
        return Claim(Delivery, "", [])
    return claim(session, QUEUE, pace, present(session))
