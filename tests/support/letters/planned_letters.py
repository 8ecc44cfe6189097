"""Planning the letters about all that has happened, as the relay does, and what was planned about comments."""

from datetime import UTC, datetime

from sqlalchemy import func, select, update

from cases.database.clock import now
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.history.outbox import OutboxEntry
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome
from notifications.planning.planning import plan_batch, plan_events


def plan_letters(database: Database) -> None:
    """Plan the letters about all events of this database that wait for it, and about the batches of sweeps."""
    while _plan_open_work(database):  # an alarm is written while others are planned
        pass
    with database.transaction() as session:
        for batch in session.scalars(select(EventBatch).where(EventBatch.planned_at.is_(None))):
            plan_batch(session, batch)
            batch.planned_at = datetime.now(UTC)


def letters_about_comments(database: Database, email: str) -> list[tuple[Outcome, int]]:
    """Return the outcome of each letter to this address about comments, and how many it tells of; oldest first."""
    with database.reading() as session:
        rows = session.execute(
            select(Delivery.outcome, func.count())
            .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
            .join(Event, Event.id == DeliveryLine.event_id)
            .join(Address, Address.id == Delivery.address_id)
            .where(Event.type == "case.commented", Address.email == email)
            .group_by(Delivery.id)
            .order_by(Delivery.id)
        )
        return [(outcome, count) for outcome, count in rows]


def _plan_open_work(database: Database) -> bool:
    """Plan the letters of all events in the outbox; return whether there were any."""
    with database.transaction() as session:
        open_work = select(OutboxEntry.event_id).where(OutboxEntry.done_at.is_(None)).order_by(OutboxEntry.id)
        ids = session.scalars(open_work).all()
        plan_events(session, ids)
        session.execute(update(OutboxEntry).where(OutboxEntry.event_id.in_(ids)).values(done_at=now()))
    return bool(ids)
