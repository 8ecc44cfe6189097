"""Record the outcome of an attempt to send a letter: sent, tried again later, or set aside."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import now, present
from cases.database.leases.leased import NO_LEASE, row_if_held
from cases.database.queries import any_of
from cases.randomness import random_share
from notifications.deliveries import Delivery, Outcome
from notifications.set_aside import set_aside_delivery

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=30)
GIVES_UP_AFTER = timedelta(days=5)
FEWEST_TRIES = 50  # in five days of refusals there are many more: fewer mean that we were down in between

DELIVERIES = table_of(Delivery)
RECORD_SENT = (
    update(DELIVERIES)
    .where(any_of(DELIVERIES.c.id, "ids"))
    .values(
        outcome=Outcome.SENT,
        finished_at=now(),
        attempts=DELIVERIES.c.attempts + 1,
        first_attempt_at=func.coalesce(DELIVERIES.c.first_attempt_at, now()),
        message=None,  # its hash stays
        last_error=None,
        reason=None,
        **NO_LEASE,
    )
)


def record_sent(connection: Connection, ids: Sequence[int]) -> None:
    """Record that letters were accepted, even if another worker has claimed one meanwhile: it has gone out anyway."""
    connection.execute(RECORD_SENT, {"ids": ids})


def record_refused_for_now(session: Session, delivery_id: int, token: str, error: str) -> None:
    """Record a temporary refusal: the letter is tried again after a wait that grows with each attempt.

    It is set aside instead once it has had 50 attempts and the first was more than five days ago. `token` is that
    with which the caller claimed it; if another worker has claimed it meanwhile, nothing is recorded. `error` says
    why it was not accepted.
    """
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


def record_refused_for_good(session: Session, delivery_id: int, token: str, error: str) -> None:
    """Record a permanent refusal: set the letter aside, with the error as the reason.

    `token` is that with which the caller claimed it; if another worker has claimed it meanwhile, nothing is recorded.
    """
    delivery = row_if_held(session, Delivery, token, delivery_id)
    if delivery is not None:
        delivery.attempts += 1
        delivery.last_error = error
        set_aside_delivery(session, delivery, error)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: at random between one second and a longest wait.

    The longest wait is 30 seconds after the first attempt and doubles with each one, up to half an hour.
    """
    longest = min(FIRST_WAIT * 2.0 ** min(attempts - 1, 10), LONGEST_WAIT)
    return max(longest * random_share(), timedelta(seconds=1))


def _is_hopeless(delivery: Delivery, moment: datetime) -> bool:
    first = delivery.first_attempt_at or moment
    return moment - first > GIVES_UP_AFTER and delivery.attempts >= FEWEST_TRIES
