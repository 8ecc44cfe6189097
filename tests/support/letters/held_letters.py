"""Held letters for tests: whose they are, letting their moment come, and what a sent letter says."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.database.transactions import Database
from notifications.deliveries import Address, Delivery, DeliveryLine, NewsPace, Outcome
from notifications.preferences import address_of, change_pace
from workers.relay.held_letters import plan_digest


def prefer(database: Database, email: str, pace: NewsPace) -> None:
    """Let this address have its letters at this pace."""
    with database.transaction() as session:
        change_pace(session, address_of(session, email), pace)


def let_moment_come(database: Database) -> None:
    """Let the moment of all held letters be a minute ago, and plan the digests."""
    with database.transaction() as session:
        held = Delivery.held_for.is_not(None)
        session.execute(update(Delivery).where(held).values(next_attempt_at=present(session) - timedelta(minutes=1)))
    plan_digests(database)


def plan_digests(database: Database) -> int:
    """Plan every digest that is due; return how many there were."""
    made = 0
    while plan_digest(database):
        made += 1
    return made


def deliveries_to(database: Database, email: str) -> list[Delivery]:
    """Return all deliveries to the address, oldest first."""
    with database.reading() as session:
        return list(session.scalars(_to(email)))


def held_for(database: Database, email: str) -> list[str]:
    """Return the letters to the address that are held now, by their names."""
    return [one.letter for one in deliveries_to(database, email) if one.held_for and one.outcome is Outcome.WAITING]


def told_of(database: Database, email: str) -> list[int]:
    """Return the events that the address was told of, or will be, by letters that are not told in another: sorted."""
    with database.reading() as session:
        lines = select(DeliveryLine.event_id).join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        return sorted(session.scalars(lines.where(_is_to(session, email), Delivery.outcome != Outcome.SUPPRESSED)))


def _to(email: str) -> Any:
    return select(Delivery).join(Address).where(Address.email_normalised == email).order_by(Delivery.id)


def _is_to(session: Session, email: str) -> Any:
    return Delivery.address_id == session.scalar(select(Address.id).where(Address.email_normalised == email))
