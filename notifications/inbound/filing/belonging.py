"""To which letter of ours a mail belongs, and so to which case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.history.journal import Event
from notifications.deliveries import Channel, Delivery, DeliveryLine
from notifications.inbound.reading.what_a_mail_says import ReadMail
from notifications.letters.reply_addresses import LetterToken, ReplyAddresses, ReplyPurpose

CASES_OF = (
    select(Case.ref)
    .join(Event, Event.stream == Case.id)
    .join(DeliveryLine, DeliveryLine.event_id == Event.id)
    .group_by(Case.id, Case.ref)
    .order_by(Case.id)
)


@dataclass(frozen=True)
class Belonging:
    """Where a mail came to, and to which letter it belongs.

    `own_address` is the address of ours to which it came, "" when none was found. `delivery` is the letter that it
    answers or reports on, None for none. `ref` is the reference of the only case of which that letter tells.
    `reports` says that it came to the address for reports of mail servers.
    """

    own_address: str
    delivery: Delivery | None = None
    ref: str | None = None
    reports: bool = False


def belonging_of(
    session: Session, mail: ReadMail, envelope_recipient: str | None, addresses: ReplyAddresses | None
) -> Belonging:
    """Find the letter to which the mail belongs: by the token of the address to which it came, else by its references.

    A number of a case in the subject says nothing: anybody can write one. References are the Message-IDs of our
    letters, which nobody can guess.
    """
    came_to = [*([envelope_recipient.lower()] if envelope_recipient else []), *mail.recipients]
    found = addresses.token_in(came_to) if addresses else None
    if found is not None:
        address, token = found
        if (delivery := session.get(Delivery, token.delivery_id)) is not None:
            return _of_letter(session, address, delivery, token)
    own = next((address for address in came_to if addresses and addresses.is_ours(address)), envelope_recipient or "")
    referred = [mail.returned_message_id] if mail.returned_message_id else []
    delivery = _referred_to(session, [*referred, *mail.in_reply_to, *reversed(mail.references)])
    return _of_letter(session, own, delivery, None) if delivery is not None else Belonging(own)


def _of_letter(session: Session, address: str, delivery: Delivery, token: LetterToken | None) -> Belonging:
    refs = session.scalars(CASES_OF.where(DeliveryLine.delivery_id == delivery.id).limit(2)).all()
    reports = token is not None and token.purpose is ReplyPurpose.BOUNCE
    return Belonging(address, delivery, refs[0] if len(refs) == 1 else None, reports)


def _referred_to(session: Session, message_ids: Sequence[str]) -> Delivery | None:
    """Return our letter of the first of these Message-IDs that is one of ours."""
    for message_id, number in _numbered(message_ids):
        delivery = session.get(Delivery, number)
        if delivery is not None and delivery.channel is Channel.MAIL and delivery.message_id == message_id:
            return delivery
    return None


def _numbered(message_ids: Sequence[str]) -> Iterable[tuple[str, int]]:
    """Yield each Message-ID that may be ours, with the number of the delivery with which ours begin."""
    for message_id in message_ids:
        number = message_id.partition(".")[0]
        if number.isdecimal() and number.isascii() and len(number) < len(str(2**63)):
            yield message_id, int(number)
