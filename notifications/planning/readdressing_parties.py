"""Readdress the letters that wait for somebody outside the municipality, once their details were corrected."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.mail_addresses import normalised
from cases.parties import Party
from notifications.addresses import ensure_addresses, is_address
from notifications.audiences.context import Outsider
from notifications.audiences.fallbacks import outside_recipients
from notifications.deliveries import Address, Channel, Delivery, DeliveryLine, Outcome
from notifications.planning.readdressing import TOLD_IN_ANOTHER_LETTER

NO_WAY_LEFT = "no address and no telephone number are known any more"
OWN_COLUMNS = ("occasion", "letter", "locale", "outcome", "reason", "created_at", "finished_at")


@dataclass(frozen=True)
class PartyTarget:
    """Where letters to a party go now: by which channel, under which key of a recipient, to which address."""

    channel: Channel
    recipient: str
    address_id: int | None = None


def readdress_party(session: Session, party: Party, was: str | None) -> int:
    """Let what waits for the party, or is set aside, go where the party can be reached now; return how many letters.

    `was` is the mail address that the party had before. Where a letter tells others of that address too, only what it
    tells the party goes elsewhere. What was told under the new address already is suppressed, and so is everything when
    there is no way to the party any more.
    """
    session.flush()
    target = _target_of(session, party)
    found = [delivery for delivery in _waiting_for(session, party, was) if _lines_of(delivery, party)]
    for delivery in found:
        _readdress(session, delivery if _is_alone(delivery, party) else _split(session, delivery, party), target)
    session.flush()
    return len(found)


def _target_of(session: Session, party: Party) -> PartyTarget | None:
    outsider = Outsider(party.id, party.email, party.phone, party.locale)
    for recipient in outside_recipients(outsider):
        if recipient.email is None:
            return PartyTarget(recipient.channel, recipient.key)
        [address_id] = ensure_addresses(session, {recipient.email}).values()
        return PartyTarget(recipient.channel, f"address:{address_id}", address_id)
    return None


def _waiting_for(session: Session, party: Party, was: str | None) -> list[Delivery]:
    """Return the deliveries to the party itself or to the address that it had, oldest first, locked."""
    key = normalised(was) if was and is_address(was) else None
    old = select(Address.id).where(Address.email_normalised == key)
    waiting = select(Delivery).where(
        Delivery.outcome.in_((Outcome.WAITING, Outcome.SET_ASIDE)),
        or_(Delivery.party_id == party.id, Delivery.address_id.in_(old)),
    )
    return list(session.scalars(waiting.order_by(Delivery.id).with_for_update()))


def _lines_of(delivery: Delivery, party: Party) -> list[dict[str, Any]]:
    return [line for line in delivery.context["lines"] if line.get("party") == party.id]


def _is_alone(delivery: Delivery, party: Party) -> bool:
    return len(_lines_of(delivery, party)) == len(delivery.context["lines"])


def _split(session: Session, delivery: Delivery, party: Party) -> Delivery:
    """Return a new delivery with only what the letter tells the party; that leaves the letter when it is rendered."""
    lines = _lines_of(delivery, party)
    own = Delivery(
        **{name: getattr(delivery, name) for name in OWN_COLUMNS},
        recipient=f"party:{party.id}",
        channel=Channel.CALL,
        party_id=party.id,
        context={**delivery.context, "lines": lines, "more": 0},
    )
    session.add(own)
    session.flush()
    session.add_all(
        DeliveryLine(delivery_id=own.id, event_id=line["event"], audience=line["audience"], letter=line["letter"])
        for line in lines
    )
    delivery.message = delivery.message_sha256 = None
    return own


def _readdress(session: Session, delivery: Delivery, target: PartyTarget | None) -> None:
    if target is None:
        return _suppress(session, delivery, NO_WAY_LEFT)
    if target.recipient == delivery.recipient:
        return None
    same = select(Delivery.id).where(Delivery.occasion == delivery.occasion, Delivery.recipient == target.recipient)
    if session.scalar(same) is not None:
        return _suppress(session, delivery, TOLD_IN_ANOTHER_LETTER)
    delivery.channel, delivery.recipient, delivery.address_id = target.channel, target.recipient, target.address_id
    delivery.message = delivery.message_sha256 = None
    if delivery.held_for:  # for the address that it went to
        delivery.held_for = delivery.next_attempt_at = None
    session.flush()
    return None


def _suppress(session: Session, delivery: Delivery, reason: str) -> None:
    delivery.outcome, delivery.reason, delivery.finished_at = Outcome.SUPPRESSED, reason, present(session)
    delivery.message = None
    delivery.end_lease()
