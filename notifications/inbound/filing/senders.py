"""Who sent a reply: the reader of the letter, a member of the unit whose shared mailbox got it, or somebody else."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, actor_for
from cases.case import Case
from cases.mail_addresses import owner_of
from cases.organisation.people import Membership, Person, serves_on
from notifications.deliveries import Address, Delivery
from notifications.letter_links.holders import current_reader
from notifications.letter_links.link import LinkReader
from notifications.letter_links.what_is_asked import reader_of

MEMBER = select(Person.id).join(Membership, Membership.person_id == Person.id).where(Person.active)


def sender_as_actor(session: Session, delivery: Delivery, case: Case, sender: str, *, on: date) -> Actor | None:
    """Return as whom the sender of a reply to this letter writes about the case; None for somebody else who has it.

    That is the reader of the letter as long as they are still entitled to it, or whoever serves in the unit whose
    shared mailbox got it, on this local day.
    """
    line = next((line for line in delivery.context["lines"] if line.get("ref") == case.ref), None)
    reader = reader_of(line) if line is not None else None
    address = session.get(Address, delivery.address_id)
    if reader is None or address is None or not sender:
        return None
    if owner_of(sender) == owner_of(address.email_normalised):
        return current_reader(session, reader, case, address.email_normalised, on=on)
    return _member(session, reader, sender, on)


def _member(session: Session, reader: LinkReader, sender: str, on: date) -> Actor | None:
    if reader.unit_id is None or reader.person_id is not None:
        return None
    serves = (Membership.unit_id == reader.unit_id, serves_on(on))
    person_id = session.scalar(MEMBER.where(Person.email == sender, *serves).limit(1))
    return actor_for(session, person_id, on=on) if person_id is not None else None
