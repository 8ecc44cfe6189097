"""Verdicts: what becomes of a letter after an attempt to send it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import now, present
from cases.database.leases.leased import NO_LEASE, row_if_held
from cases.randomness import random_share
from notifications.deliveries import Delivery, Outcome
from notifications.set_aside import set_aside_delivery

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
GIVES_UP_AFTER = timedelta(days=5)
FEWEST_TRIES = 50  # five days of being refused hold many more: an outage in between ages nothing

LETTERS = table_of(Delivery)
SENT = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("delivery_id"))
    .values(
        outcome=Outcome.SENT,
        finished_at=now(),
        attempts=LETTERS.c.attempts + 1,
        first_attempt_at=func.coalesce(LETTERS.c.first_attempt_at, now()),
        message=None,  # its hash stays
        last_error=None,
        reason=None,
        **NO_LEASE,
    )
)


def sent(connection: Connection, delivery_id: int) -> None:
    """Record that the letter was accepted: true whoever has the lease by now."""
    connection.execute(SENT, {"delivery_id": delivery_id})


def refused_for_now(session: Session, delivery_id: int, token: str, error: str) -> None:
    """Try again later, each time after a longer wait; after five days of it a person must look."""
    delivery = row_if_held(session, Delivery, token, delivery_id)
    if delivery is None:
        return
    moment = present(session)
    delivery.first_attempt_at = delivery.first_attempt_at or moment
    delivery.attempts += 1
    delivery.claims = 0
    delivery.last_error = error
    delivery.next_attempt_at = moment + wait_after(delivery.attempts)
    delivery.end_lease()
    if _is_hopeless(delivery, moment):
        set_aside_delivery(session, delivery, f"tried for five days: {error}")


def refused_for_good(session: Session, delivery_id: int, token: str, error: str) -> None:
    """Let a person look."""
    delivery = row_if_held(session, Delivery, token, delivery_id)
    if delivery is not None:
        delivery.attempts += 1
        delivery.last_error = error
        set_aside_delivery(session, delivery, error)


def wait_after(attempts: int) -> timedelta:
    """Give how long to wait after this many attempts: doubled each time up to half an hour, with full jitter."""
    longest = min(FIRST_WAIT * 2.0 ** min(attempts - 1, 10), LONGEST_WAIT)
    return max(longest * random_share(), timedelta(seconds=1))


def _is_hopeless(delivery: Delivery, moment: datetime) -> bool:
    first = delivery.first_attempt_at or moment
    return moment - first > GIVES_UP_AFTER and delivery.attempts >= FEWEST_TRIES
