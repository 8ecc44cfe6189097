"""Forgetting: what was erased of a case and its people leaves the letters about them too."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.base import table_of
from cases.database.clock import now
from cases.history.journal import Event
from cases.mail_addresses import normalised, owner_of
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party
from notifications.addresses import is_address
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome
from notifications.planning.rendering_anew import NOT_SENT_YET, render_anew

ERASED_BY_DECISION = "erased by decision"
AWAITED_IN_LINES = "waiting_name"


def forget_in_letters(session: Session, case: Case) -> None:
    """Drop what letters about the case hold of it: bytes that are not sent yet, and for whom it waited.

    A letter that waits is rendered again without the words that were erased.
    """
    render_anew(session, case)
    for delivery in session.scalars(select(Delivery).where(_is_about(case))):
        if any(AWAITED_IN_LINES in line for line in delivery.context["lines"]):
            delivery.context = {**delivery.context, "lines": [_blanked(line) for line in delivery.context["lines"]]}
    session.flush()


def forget_parties(session: Session, emails: dict[int, str | None]) -> None:
    """Suppress what waits for these parties, whose details were erased, and blank addresses that nobody else has.

    `emails` is the mail address that each had, by id of the party.
    """
    waits = (Delivery.party_id.in_(emails), Delivery.outcome.in_(NOT_SENT_YET))
    suppressed = {"outcome": Outcome.SUPPRESSED, "reason": ERASED_BY_DECISION, "message": None, "finished_at": now()}
    session.execute(update(Delivery).where(*waits).values(**suppressed, lease_token=None, lease_until=None))
    session.execute(update(Delivery).where(Delivery.party_id.in_(emails)).values(last_error=None))
    for email in {email for email in emails.values() if email}:
        if not _is_used(session, email):
            _blank_address(session, email)


def message_ids(session: Session, case: Case, parties: Iterable[int]) -> list[str]:
    """Return the Message-IDs of all letters about the case, or to these parties, that were ever rendered."""
    concerned = or_(_is_about(case), Delivery.party_id.in_(list(parties)))
    return list(session.scalars(select(Delivery.message_id).where(Delivery.message_id.is_not(None), concerned)))


def _is_about(case: Case) -> Any:
    lines = select(DeliveryLine.delivery_id).join(Event, Event.id == DeliveryLine.event_id)
    return Delivery.id.in_(lines.where(Event.stream == case.id))


def _blanked(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name != AWAITED_IN_LINES}


def _is_used(session: Session, email: str) -> bool:
    tables = (table_of(model).c for model in (Party, Person, Unit))
    used = (select(table.id).where(func.lower(func.trim(table.email)) == email.strip().lower()) for table in tables)
    return any(session.scalar(found.limit(1)) is not None for found in used)


def _blank_address(session: Session, email: str) -> None:
    """Blank the row of this address, and that of its owner (without +tag) if it only bears a quota."""
    if is_address(email):
        owner = owner_of(email)
        for address in session.scalars(select(Address).where(Address.email_normalised.in_({normalised(email), owner}))):
            if address.email_normalised == owner != normalised(email) and not _is_only_counted(session, address):
                continue
            address.email = address.email_normalised = f"(raderat {address.id})"
            address.owner = None
    session.flush()


def _is_only_counted(session: Session, address: Address) -> bool:
    """Return whether no letter goes to the address and nobody has it: then its row only bears a quota."""
    sent = select(Delivery.id).where(Delivery.address_id == address.id).limit(1)
    return session.scalar(sent) is None and not _is_used(session, address.email_normalised)
