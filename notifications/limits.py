"""Limits on letters that anybody can cause: they must not become a way to fill somebody's mailbox.

At most one in 10 minutes and five in a day to an address; what is over is suppressed, with a reason.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.database import now
from cases.people import ActorKind
from notifications.deliveries import Address, Delivery, Outcome
from notifications.who_is_told import Act

ANYBODY_CAN_CAUSE = frozenset({"receipt", "opt_in", "login"})
ONE_IN = timedelta(minutes=10)
DAY, MOST_A_DAY = timedelta(days=1), 5
TOO_SOON = "another letter that anybody can cause went there within 10 minutes"
TOO_MANY = "five letters that anybody can cause went there within a day"


def is_anonymous(act: Act, letter: str) -> bool:
    """Say whether somebody unknown caused this letter."""
    by_anybody = act.event.actor in {ActorKind.VISITOR, ActorKind.REPORTER}
    return letter in ANYBODY_CAN_CAUSE and (by_anybody or letter != "receipt")


def over_the_limit(session: Session, address_id: int) -> str | None:
    """Say why no more such letter may go to this address now; None when one may."""
    session.execute(select(Address.id).where(Address.id == address_id).with_for_update())
    earlier = session.execute(
        select(Delivery.created_at, now().label("present"))
        .where(
            Delivery.address_id == address_id,
            Delivery.letter.in_(ANYBODY_CAN_CAUSE),
            Delivery.outcome != Outcome.SUPPRESSED,
        )
        .order_by(Delivery.created_at.desc())
        .limit(MOST_A_DAY)
    ).all()
    if earlier and earlier[0].present - earlier[0].created_at < ONE_IN:
        return TOO_SOON
    if len(earlier) == MOST_A_DAY and earlier[-1].present - earlier[-1].created_at < DAY:
        return TOO_MANY
    return None
