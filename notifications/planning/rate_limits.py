"""Rate limits on letters that people can cause without logging in, so that nobody can fill another's mailbox.

Receipts, new links after an address was corrected, and letters that ask a follower to confirm have a quota each: the
owner of an address gets at most one of a kind in 10 minutes and five in 24 hours; further ones are suppressed, with a
reason. What staff cause is not limited and does not count. Log-in letters have a quota of their own, which is counted
when they are asked for, so that the page can say when none goes out (`cases.logging_in`).

Staff get no receipt for what somebody who is not logged in has handed in with their address, and no new link. Any limit
would let others fill a mailbox up to it, every day, and leave out the receipts that its owner waits for; an officer who
asks for something is logged in. Members of groups hand in from home, and get their receipts like everybody else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.database.base import UtcDateTime
from cases.database.clock import present
from cases.database.queries import any_of, fetch_rows
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.mail_addresses import owner_of
from cases.organisation.domain_time import domain_time
from cases.organisation.people import Membership, Person, Role, serves_on
from cases.organisation.units import Unit, UnitKind
from notifications.addresses import ensure_addresses
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome
from notifications.who_is_told import EventInContext

RECEIPT, NEW_KEY = "receipt", "new_key"
ANYBODY_CAN_CAUSE = frozenset({RECEIPT, NEW_KEY, "opt_in"})
NOT_TO_STAFF = frozenset({RECEIPT, NEW_KEY})  # when nobody is logged in
STAFF_UNITS = (UnitKind.DESK, UnitKind.DEPARTMENT, UnitKind.BOARD)
NOT_LOGGED_IN = frozenset({ActorKind.VISITOR, ActorKind.REPORTER})
SHORTEST_GAP = timedelta(minutes=10)
DAY, MOST_A_DAY = timedelta(days=1), 5
TOO_SOON = "another letter that anybody can cause went there within 10 minutes"
TOO_MANY = "five letters that anybody can cause went there within a day"
TO_STAFF = "somebody who is not logged in gave an address of the staff"

LOCKED = select(Address.id).where(any_of(Address.id, "ids")).order_by(Address.id).with_for_update()
RECENT = (
    select(Address.owner, Delivery.letter, Delivery.created_at)
    .join(Delivery, Delivery.address_id == Address.id)
    .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
    .join(Event, Event.id == DeliveryLine.event_id)
    .where(
        any_of(Address.owner, "owners"),
        Delivery.letter.in_(ANYBODY_CAN_CAUSE),
        Delivery.outcome != Outcome.SUPPRESSED,
        Delivery.created_at > bindparam("since", type_=UtcDateTime),
        Event.actor.in_(NOT_LOGGED_IN),
    )
)


def is_anonymous(event: EventInContext, letter: str) -> bool:
    """Return whether somebody who is not logged in has caused this letter, so that the rate limits apply.

    `letter` is the name of the letter about the event, such as "receipt".
    """
    return letter in ANYBODY_CAN_CAUSE and event.row.actor in NOT_LOGGED_IN


@dataclass
class Allowance:
    """Counts the rate-limited letters to some addresses, and refuses those over a limit. `moment` is now (UTC).

    `planned_at` maps owner and kind of letter to the moments (UTC) in the 24 hours before `moment` at which such
    letters to addresses of that owner were planned. `staff` are the owners who are staff.
    """

    moment: datetime
    planned_at: dict[tuple[str, str], list[datetime]]  # by owner and letter
    staff: frozenset[str] = frozenset()

    def count_or_refuse(self, email: str, letter: str) -> str | None:
        """Count one more letter of this kind to this address and return None.

        Over a limit, count nothing and return the reason, as text for the delivery that is suppressed.
        """
        owner = owner_of(email)
        if letter in NOT_TO_STAFF and owner in self.staff:
            return TO_STAFF
        planned_at = self.planned_at.setdefault((owner, letter), [])
        if planned_at and self.moment - max(planned_at) < SHORTEST_GAP:
            return TOO_SOON
        if len(planned_at) >= MOST_A_DAY:
            return TOO_MANY
        planned_at.append(self.moment)
        return None


def lock_allowance(session: Session, emails: Collection[str]) -> Allowance:
    """Return the allowance of the owners of these addresses, and lock the owners' rows until commit.

    Because of the lock no other worker counts letters to any address of these owners meanwhile.
    """
    owners = {owner_of(email) for email in emails}
    fetch_rows(session, LOCKED, {"ids": list(ensure_addresses(session, owners).values())})
    allowance = Allowance(present(session), {}, _staff_among(session, owners))
    since = allowance.moment - DAY
    for owner, letter, created_at in fetch_rows(session, RECENT, {"owners": list(owners), "since": since}):
        allowance.planned_at.setdefault((owner, letter), []).append(created_at)
    return allowance


def _staff_among(session: Session, owners: Collection[str]) -> frozenset[str]:
    """Return which of the owners are staff today: in the desk, a department or a board, or an admin."""
    emails = session.scalars(
        select(Person.email)
        .distinct()
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .where(
            Person.active,
            serves_on(calendar_of(session).day_of(domain_time(session))),
            or_(Membership.role == Role.ADMIN, Unit.kind.in_(STAFF_UNITS) & (Membership.role != Role.MEMBER)),
        )
    )
    return frozenset(map(owner_of, emails)) & frozenset(owners)
