"""Whose link it is now: the actor that whoever uses it becomes, as long as they are still entitled to the letter."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor, actor_for, mailbox_of, reporter_of
from cases.case import Case
from cases.mail_addresses import normalised
from cases.organisation.units import Unit
from cases.parties import Party
from cases.public.protection import is_protected
from notifications.addresses import is_address
from notifications.deliveries import Address, Delivery
from notifications.letter_links.link import LetterLink, LinkReader

ADDRESS = select(Address.email_normalised).join(Delivery, Delivery.address_id == Address.id)


def holder_of(session: Session, link: LetterLink, case: Case, *, on: date) -> Actor | None:
    """Return the actor as whom the link acts on its case on this local day; None when the right to it is lost.

    It is lost once the case is one of protected identity, the address is no longer that of the reader, or the reader is
    switched off, has left the unit or is no longer the one who asked. It may come back: each use asks anew.
    """
    address = session.scalar(ADDRESS.where(Delivery.id == link.delivery_id))
    if address is None or is_protected(session, case):
        return None
    reader = LinkReader(link.party_id, link.person_id, link.unit_id)
    return current_reader(session, reader, case, address, on=on)


def current_reader(session: Session, reader: LinkReader, case: Case, address: str, *, on: date) -> Actor | None:
    """Return the reader of a letter to this address (normalised) as an actor of today; None when it is not theirs now.

    It is no longer theirs when they have another address, are switched off, have left the unit or are no longer the one
    who asked. `on` is the local day.
    """
    if reader.party_id is not None:
        return _reporter(session, reader.party_id, case, address)
    if reader.person_id is not None:
        return _person(session, reader, address, on)
    return _mailbox(session, reader.unit_id, address)


def _reporter(session: Session, party_id: int, case: Case, address: str) -> Actor | None:
    party = session.get(Party, party_id)
    is_own = party is not None and case.reporter_id == party_id and _is_still(party.email, address)
    return reporter_of(case) if is_own else None


def _person(session: Session, reader: LinkReader, address: str, on: date) -> Actor | None:
    actor = actor_for(session, reader.person_id or 0, on=on)
    if actor is None or not _is_still(actor.email, address):
        return None
    return actor if reader.unit_id is None or actor.is_in(reader.unit_id) else None


def _mailbox(session: Session, unit_id: int | None, address: str) -> Actor | None:
    unit = session.get(Unit, unit_id)
    return mailbox_of(unit) if unit is not None and unit.active and _is_still(unit.email, address) else None


def _is_still(email: str | None, address: str) -> bool:
    return is_address(email) and normalised(email or "") == address
