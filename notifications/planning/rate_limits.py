"""Limits on letters that anybody can cause: they must not become a way to fill somebody's mailbox.

At most one in 10 minutes and five in a day to an address; what is over is suppressed, with a reason.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.database.base import UtcDateTime
from cases.database.clock import present
from cases.database.queries import any_of, fetch_rows
from notifications.deliveries import Address, Delivery, Outcome
from notifications.who_is_told import EventInContext

ANYBODY_CAN_CAUSE = frozenset({"receipt", "opt_in", "login"})
ONE_IN = timedelta(minutes=10)
DAY, MOST_A_DAY = timedelta(days=1), 5
TOO_SOON = "another letter that anybody can cause went there within 10 minutes"
TOO_MANY = "five letters that anybody can cause went there within a day"


LOCKED = select(Address.id).where(any_of(Address.id, "ids")).order_by(Address.id).with_for_update()
WENT = select(Delivery.address_id, Delivery.created_at).where(
    any_of(Delivery.address_id, "ids"),
    Delivery.letter.in_(ANYBODY_CAN_CAUSE),
    Delivery.outcome != Outcome.SUPPRESSED,
    Delivery.created_at > bindparam("since", type_=UtcDateTime),
)


def is_anonymous(act: EventInContext, letter: str) -> bool:
    """Say whether somebody unknown caused this letter."""
    by_anybody = act.event.actor in {ActorKind.VISITOR, ActorKind.REPORTER}
    return letter in ANYBODY_CAN_CAUSE and (by_anybody or letter != "receipt")


@dataclass
class Allowance:
    """What went to some addresses within a day, by address, at a moment of the database's."""

    present: datetime
    went: dict[int, list[datetime]]

    def refuses(self, address_id: int) -> str | None:
        """Say why no more such letter may go to this address now; None when one may, which then counts."""
        went = self.went.setdefault(address_id, [])
        if went and self.present - max(went) < ONE_IN:
            return TOO_SOON
        if len(went) >= MOST_A_DAY:
            return TOO_MANY
        went.append(self.present)
        return None


def allowance_of(session: Session, address_ids: Collection[int]) -> Allowance:
    """Read what went to these addresses. They are locked, so that no other relay counts beside this one."""
    ids = list(address_ids)
    fetch_rows(session, LOCKED, {"ids": ids})
    allowance = Allowance(present(session), {})
    for address_id, created_at in fetch_rows(session, WENT, {"ids": ids, "since": allowance.present - DAY}):
        allowance.went.setdefault(address_id or 0, []).append(created_at)
    return allowance
