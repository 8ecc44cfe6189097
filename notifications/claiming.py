"""Claiming: which letters a worker may send now. Per address they go out in the order in which they came."""

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from cases.database import UtcDateTime, present
from notifications.asking import asked
from notifications.breaker import locked
from notifications.deliveries import IS_WAITING, Channel, Delivery
from notifications.leases import Pace, is_free, take
from notifications.set_aside import NO_VERDICT, set_aside_delivery


def _claimable() -> Select[int, int]:
    """Select the oldest letters that may be begun: to each address nothing newer before what is older."""
    older, moment = aliased(Delivery), bindparam("moment", type_=UtcDateTime)
    held_back = exists().where(
        older.address_id == Delivery.address_id,
        older.id < Delivery.id,
        older.outcome == IS_WAITING,
        or_(older.lease_until > moment, older.next_attempt_at > moment),
    )
    waits = (Delivery.outcome == IS_WAITING, Delivery.channel == Channel.MAIL)
    return (
        select(Delivery.id, Delivery.claims)
        .where(*waits, is_free(Delivery, moment), ~held_back)
        .order_by(Delivery.id)
        .limit(bindparam("most"))
    )


CLAIMABLE = _claimable()
LOCKED_CLAIMABLE = CLAIMABLE.with_for_update(of=Delivery)  # who has just recorded that one was sent is waited for


def is_anything_due(session: Session) -> bool:
    """Say whether a letter could be claimed now, were its server there."""
    return bool(asked(session, CLAIMABLE, {"moment": present(session), "most": 1}))


def claim(session: Session, server: str, pace: Pace) -> tuple[str, list[int]]:
    """Claim a few letters, oldest first; give the token and their ids.

    One that was begun before without a verdict is claimed alone, so that it takes no other with it; after too many
    such claims it is set aside. Only one worker at a time claims for a server.
    """
    if locked(session, server).down_since is not None:
        return "", []
    moment = present(session)
    found = list(asked(session, LOCKED_CLAIMABLE, {"moment": moment, "most": pace.batch}))
    while found and found[0].claims >= pace.most_claims:
        _set_aside(session, found.pop(0).id, pace)
    ids = without_suspects([(row.id, row.claims) for row in found])
    return (take(session, Delivery, ids, pace, moment), ids) if ids else ("", [])


def without_suspects(found: Sequence[tuple[int, int]]) -> list[int]:
    """Give the ids of (id, claims) pairs up to the first that was begun before; that one only when it is first."""
    fresh = [id_ for id_, _ in takewhile(lambda row: not row[1], found)]
    return fresh or [id_ for id_, _ in found[:1]]


def _set_aside(session: Session, delivery_id: int, pace: Pace) -> None:
    delivery = session.get_one(Delivery, delivery_id)
    set_aside_delivery(session, delivery, NO_VERDICT.format(pace.most_claims))
    session.flush()
