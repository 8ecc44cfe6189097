"""Preparing: a claimed letter is checked once more, written, and stored as it will be sent."""

import hashlib
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.case import Party
from cases.history import Event
from cases.people import Person
from notifications.deliveries import Address, Delivery, Outcome
from notifications.leases import give_back, present
from notifications.outgoing import Outgoing, compose
from notifications.rendering import Letterhead, render
from notifications.rights import still_right
from notifications.set_aside import set_aside_delivery
from notifications.verdicts import wait_after

LOG = structlog.get_logger()
READ_AHEAD: dict[Any, str] = {Event: "event", Person: "person", Party: "party"}


@dataclass(frozen=True)
class Ready:
    """A letter that is stored and may be sent."""

    delivery_id: int
    address_id: int
    letter: Outgoing


def prepare(session: Session, token: str, letterhead: Letterhead, most_claims: int) -> list[Ready]:
    """Give the letters of this lease that are to be sent, in order, each with its bytes in its row.

    Who has no right to it any more does not get it, and the row says why. One that cannot be written is tried again,
    and waits for a person after `most_claims` tries.
    """
    found = session.execute(
        select(Delivery, Address)
        .join(Address)
        .where(Delivery.lease_token == token, Delivery.outcome == Outcome.WAITING)
        .order_by(Delivery.id)
    ).all()
    known = _read_ahead(session, [delivery for delivery, _ in found])
    ready, waits, held_back = [], [], set()
    for delivery, address in found:
        if delivery.address_id in held_back:
            waits.append(delivery.id)
        elif reason := still_right(session, delivery):
            _suppress(session, delivery, reason)
        elif _is_written(session, delivery, letterhead, most_claims):
            letter = Outgoing(sender=letterhead.mail_from, recipient=address.email, content=delivery.message or b"")
            ready.append(Ready(delivery.id, delivery.address_id or 0, letter))
        else:
            held_back.add(delivery.address_id)
    session.flush()
    if waits:
        give_back(session, Delivery, token, waits)
    LOG.debug("letters.prepared", ready=len(ready), known=len(known))
    return ready


def _read_ahead(session: Session, deliveries: list[Delivery]) -> list[object]:
    """Read what the letters speak of all at once; the session knows it for as long as the list is kept."""
    lines = [line for delivery in deliveries for line in delivery.context["lines"]]
    known: list[object] = []
    for kind, name in READ_AHEAD.items():
        if ids := {line[name] for line in lines if line.get(name)}:
            known += session.scalars(select(kind).where(kind.id.in_(ids)))
    return known


def _suppress(session: Session, delivery: Delivery, reason: str) -> None:
    delivery.outcome, delivery.reason = Outcome.SUPPRESSED, reason
    delivery.finished_at, delivery.message = present(session), None
    delivery.lease_token = delivery.lease_until = None


def _is_written(session: Session, delivery: Delivery, letterhead: Letterhead, most_claims: int) -> bool:
    try:
        if delivery.message is None:
            _write(session, delivery, letterhead)
    except SQLAlchemyError:
        raise
    except Exception as error:
        _cannot_write(session, delivery, error, most_claims)
        return False
    return True


def _write(session: Session, delivery: Delivery, letterhead: Letterhead) -> None:
    delivery.message_id = delivery.message_id or _message_id(delivery, letterhead)
    delivery.message = compose(render(session, delivery, letterhead), delivery.message_id)
    delivery.message_sha256 = hashlib.sha256(delivery.message).hexdigest()


def _message_id(delivery: Delivery, letterhead: Letterhead) -> str:
    made_of = f"{delivery.occasion}/{delivery.recipient}/{delivery.created_at.isoformat()}"
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:20]
    return f"{delivery.id}.{digest}@{letterhead.mail_from.rpartition('@')[2]}"


def _cannot_write(session: Session, delivery: Delivery, error: Exception, most_claims: int) -> None:
    reason = f"cannot be written: {type(error).__name__}"
    LOG.error("letter.not_written", delivery=delivery.id, letter=delivery.letter, exc_info=True)
    delivery.last_error = reason
    delivery.next_attempt_at = present(session) + wait_after(delivery.claims)
    delivery.lease_token = delivery.lease_until = None
    if delivery.claims >= most_claims:
        set_aside_delivery(session, delivery, reason)
