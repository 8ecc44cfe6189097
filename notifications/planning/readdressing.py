"""Readdress the letters that nobody at the desk could get, once somebody there can be reached."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.database.clock import now
from cases.database.transactions import calendar_of
from cases.organisation.domain_time import domain_time
from notifications.addresses import ensure_addresses
from notifications.audiences.directory import directory_of
from notifications.audiences.fallbacks import Recipient, desk_recipients
from notifications.deliveries import Channel, Delivery, Outcome

MOST_AT_A_TIME = 1000
TOLD_IN_ANOTHER_LETTER = "told in another letter of the same occasion"


def readdress_unfilled(session: Session) -> int:
    """Address the letters that wait for somebody at the desk, at most 1000, to whoever gets the desk's letters now.

    If that address already has a delivery about the same occasion, the letter is suppressed instead. Return how many
    letters were readdressed or suppressed: 0 as long as nobody at the desk can be reached.
    """
    waiting = session.scalars(
        select(Delivery)
        .where(Delivery.channel == Channel.ROLE, Delivery.outcome == Outcome.WAITING)
        .order_by(Delivery.id)
        .limit(MOST_AT_A_TIME)
    ).all()
    recipient = _desk_recipient(session) if waiting else None
    if recipient is None or recipient.email is None:
        return 0
    [address_id] = ensure_addresses(session, {recipient.email}).values()
    already_told = _occasions_told(session, [delivery.occasion for delivery in waiting], address_id)
    for delivery in waiting:
        if delivery.occasion in already_told:
            delivery.outcome, delivery.reason = Outcome.SUPPRESSED, TOLD_IN_ANOTHER_LETTER
        else:
            _readdress(delivery, recipient, address_id)
    session.flush()
    ended = (Delivery.outcome == Outcome.SUPPRESSED, Delivery.finished_at.is_(None))
    session.execute(
        update(Delivery).where(Delivery.id.in_([delivery.id for delivery in waiting]), *ended).values(finished_at=now())
    )
    return len(waiting)


def _desk_recipient(session: Session) -> Recipient | None:
    today = calendar_of(session).day_of(domain_time(session))
    directory = directory_of(session, today, slugs=set(), people=())
    return next((found for found in desk_recipients(directory) if found.channel is Channel.MAIL), None)


def _occasions_told(session: Session, occasions: list[str], address_id: int) -> set[str]:
    found = select(Delivery.occasion).where(
        Delivery.occasion.in_(occasions), Delivery.recipient == f"address:{address_id}"
    )
    return set(session.scalars(found))


def _readdress(delivery: Delivery, recipient: Recipient, address_id: int) -> None:
    recipient_ids = {"person": recipient.person_id, "unit_id": recipient.unit_id}
    delivery.channel, delivery.recipient = Channel.MAIL, f"address:{address_id}"
    delivery.address_id, delivery.person_id = address_id, recipient.person_id
    delivery.locale = recipient.locale
    delivery.context = {
        **delivery.context,
        "lines": [{**line, **recipient_ids} for line in delivery.context["lines"]],
    }
