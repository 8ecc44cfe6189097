"""Rate limits on letters that people can cause without logging in, so that nobody can fill another's mailbox.

An address gets at most one such letter in 10 minutes and five in 24 hours; further ones are suppressed, with a reason.
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
SHORTEST_GAP = timedelta(minutes=10)
DAY, MOST_A_DAY = timedelta(days=1), 5
TOO_SOON = "another letter that anybody can cause went there within 10 minutes"
TOO_MANY = "five letters that anybody can cause went there within a day"

LOCKED = select(Address.id).where(any_of(Address.id, "ids")).order_by(Address.id).with_for_update()
RECENT = select(Delivery.address_id, Delivery.created_at).where(
    any_of(Delivery.address_id, "ids"),
    Delivery.letter.in_(ANYBODY_CAN_CAUSE),
    Delivery.outcome != Outcome.SUPPRESSED,
    Delivery.created_at > bindparam("since", type_=UtcDateTime),
)


def is_anonymous(event: EventInContext, letter: str) -> bool:
    """Return whether somebody who is not logged in could have caused this letter; if so, the rate limits apply.

    `letter` is the name of the letter about the event, such as "receipt".
    """
    by_anybody = event.row.actor in {ActorKind.VISITOR, ActorKind.REPORTER}
    return letter in ANYBODY_CAN_CAUSE and (by_anybody or letter != "receipt")


@dataclass
class Allowance:
    """Counts the rate-limited letters to some addresses, and refuses those over a limit. `moment` is now (UTC).

    `planned_at` maps each address id to the moments (UTC) in the 24 hours before `moment` at which rate-limited letters
    to that address were planned.
    """

    moment: datetime
    planned_at: dict[int, list[datetime]]  # by address

    def count_or_refuse(self, address_id: int) -> str | None:
        """Count one more letter to the address with this id and return None.

        Over a limit, count nothing and return the reason, as text for the delivery that is suppressed.
        """
        planned_at = self.planned_at.setdefault(address_id, [])
        if planned_at and self.moment - max(planned_at) < SHORTEST_GAP:
            return TOO_SOON
        if len(planned_at) >= MOST_A_DAY:
            return TOO_MANY
        planned_at.append(self.moment)
        return None


def lock_allowance(session: Session, address_ids: Collection[int]) -> Allowance:
    """Return the allowance of the addresses with these ids, and lock the addresses' rows until commit.

    Because of the lock no other worker counts letters to these addresses meanwhile.
    """
    ids = list(address_ids)
    fetch_rows(session, LOCKED, {"ids": ids})
    allowance = Allowance(present(session), {})
    for address_id, created_at in fetch_rows(session, RECENT, {"ids": ids, "since": allowance.moment - DAY}):
        allowance.planned_at.setdefault(address_id or 0, []).append(created_at)
    return allowance
