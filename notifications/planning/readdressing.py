"""Letters that wait for a role: readdressed as soon as somebody at the desk can take them."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.database.clock import now, present
from cases.database.transactions import calendar_of
from notifications.addresses import addresses_of
from notifications.audiences.directory import directory_of
from notifications.audiences.fallbacks import Recipient, of_the_desk
from notifications.deliveries import Channel, Delivery, Outcome

PORTION = 1000
IN_ANOTHER = "told in another letter of the same occasion"


def readdress_unfilled(session: Session) -> int:
    """Readdress what waits for the desk's role to whoever has it now; give how many could be."""
    waiting = session.scalars(
        select(Delivery)
        .where(Delivery.channel == Channel.ROLE, Delivery.outcome == Outcome.WAITING)
        .order_by(Delivery.id)
        .limit(PORTION)
    ).all()
    recipient = _who_has_it(session) if waiting else None
    if recipient is None or recipient.email is None:
        return 0
    [address_id] = addresses_of(session, {recipient.email}).values()
    told = _already_told(session, [one.occasion for one in waiting], address_id)
    for delivery in waiting:
        if delivery.occasion in told:
            delivery.outcome, delivery.reason = Outcome.SUPPRESSED, IN_ANOTHER
        else:
            _readdress(delivery, recipient, address_id)
    session.flush()
    ended = (Delivery.outcome == Outcome.SUPPRESSED, Delivery.finished_at.is_(None))
    session.execute(
        update(Delivery).where(Delivery.id.in_([one.id for one in waiting]), *ended).values(finished_at=now())
    )
    return len(waiting)


def _who_has_it(session: Session) -> Recipient | None:
    today = calendar_of(session).day_of(present(session))
    directory = directory_of(session, today, slugs=set(), people=())
    return next((one for one in of_the_desk(directory) if one.channel is Channel.MAIL), None)


def _already_told(session: Session, occasions: list[str], address_id: int) -> set[str]:
    found = select(Delivery.occasion).where(
        Delivery.occasion.in_(occasions), Delivery.recipient == f"address:{address_id}"
    )
    return set(session.scalars(found))


def _readdress(delivery: Delivery, recipient: Recipient, address_id: int) -> None:
    who = {"person": recipient.person_id, "unit_id": recipient.unit_id}
    delivery.channel, delivery.recipient = Channel.MAIL, f"address:{address_id}"
    delivery.address_id, delivery.person_id = address_id, recipient.person_id
    delivery.locale = recipient.locale
    delivery.context = {
        **delivery.context,
        "lines": [{**line, **who} for line in delivery.context["lines"]],
    }
