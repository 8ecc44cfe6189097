"""Claim due letters for one worker. Letters to the same address are sent in the order in which they were planned.

Letters that are held for a digest are never claimed, and no letter waits for one.
"""

from collections.abc import Sequence

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from cases.database.leases.claims import MOMENT, Claim, Queue, claim, due_at_present
from cases.database.leases.leased import LeasePolicy, is_free
from cases.database.queries import fetch_rows
from notifications.deliveries import IS_WAITING, Channel, Delivery
from notifications.sending.circuit_breaker import locked_server
from notifications.sending.outcomes import record_sent
from notifications.set_aside import set_aside_delivery


def _claimable() -> Select[int, int]:
    """Select due letters, oldest first, without those whose address waits for an older letter."""
    older = aliased(Delivery)
    held_back = exists().where(
        older.address_id == Delivery.address_id,
        older.id < Delivery.id,
        older.outcome == IS_WAITING,
        older.held_for.is_(None),
        or_(older.lease_until > MOMENT, older.next_attempt_at > MOMENT),
    )
    waits = (Delivery.outcome == IS_WAITING, Delivery.channel == Channel.MAIL, Delivery.held_for.is_(None))
    return (
        select(Delivery.id, Delivery.claims)
        .where(*waits, is_free(Delivery, MOMENT), ~held_back)
        .order_by(Delivery.id)
        .limit(bindparam("most"))
    )


CLAIMABLE = _claimable()
LOCKED = CLAIMABLE.with_for_update(of=Delivery)  # waits for a worker that is just recording one as sent
QUEUE = Queue(Delivery, LOCKED, set_aside_delivery)


def is_anything_due(session: Session) -> bool:
    """Return whether any letter is due to be sent, even while the mail server is down."""
    return bool(fetch_rows(session, due_at_present(CLAIMABLE), {"most": 1}))


def claim_letters(session: Session, server: str, policy: LeasePolicy, accepted: Sequence[int] = ()) -> Claim:
    """Mark due letters, oldest first, as ones that only the caller may send, and return them with the claim's token.

    Before that it records those with the ids `accepted` as sent, so that newer ones to their addresses may follow.

    There are none while the mail server is down; `server` is its name in the table mail_server. Until the caller
    commits, no other worker can claim letters for it. `policy` says how many are claimed at most, and for how long.
    """
    row = locked_server(session, server)  # the lock comes first: two workers never wait for each other
    if accepted:
        record_sent(session.connection(), accepted)
    if row.down_since is not None:
        return Claim(Delivery, "", [])
    return claim(session, QUEUE, policy)
