"""The delivery log of a case, for its timeline: what was sent to whom about each event, and with what outcome."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from cases.history.journal import Event
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party
from notifications.deliveries import Address, Channel, Delivery, DeliveryLine, Outcome


@dataclass(frozen=True)
class DeliveryRecord:
    """One delivery about one event. `to` is the name of a person or unit, or "a follower" for somebody outside.

    `at` is when it was sent, called, suppressed or set aside; while it waits None, or the moment of
    the digest that will tell it. `reason` says why it was not sent.
    """

    delivery_id: int
    audience: str
    letter: str
    to: str
    channel: Channel
    outcome: Outcome
    at: datetime | None
    reason: str | None


OUTSIDERS = {
    "sv": {"reporter": "den som frågade", "followers": "en följare"},
    "en": {"reporter": "the person who asked", "followers": "a follower"},
}
NOBODY_YET = {"sv": "kontaktpersonen, när någon är det", "en": "the contact person, when there is one"}


def deliveries_about(session: Session, case_id: int, locale: str = "sv") -> dict[int, list[DeliveryRecord]]:
    """Return the deliveries about each event of the case, oldest first, as a dict by event id.

    What was held and is told in a digest stands there by the digest alone.
    """
    found: dict[int, list[DeliveryRecord]] = defaultdict(list)
    unit = select(func.min(Unit.name)).where(Unit.email == Address.email).scalar_subquery().label("unit")
    rows = session.execute(
        select(DeliveryLine, Delivery, Person.name, Party.id, unit)
        .join(Event, Event.id == DeliveryLine.event_id)
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .outerjoin(Person, Person.id == Delivery.person_id)
        .outerjoin(Party, Party.id == Delivery.party_id)
        .outerjoin(Address, Address.id == Delivery.address_id)
        .where(Event.stream == case_id, or_(Delivery.held_for.is_(None), Delivery.outcome == Outcome.WAITING))
        .order_by(DeliveryLine.event_id, Delivery.id)
    )
    for row in rows:
        found[row.DeliveryLine.event_id].append(_record(row, locale))
    return dict(found)


def _record(row: Row[DeliveryLine, Delivery, str, int, str], locale: str) -> DeliveryRecord:
    line, delivery = row.DeliveryLine, row.Delivery
    named = row.name or row.unit or NOBODY_YET[locale]
    return DeliveryRecord(
        delivery.id,
        line.audience,
        line.letter,
        OUTSIDERS[locale].get(line.audience, named),
        delivery.channel,
        delivery.outcome,
        delivery.finished_at or (delivery.next_attempt_at if delivery.held_for else None),
        delivery.reason,
    )
