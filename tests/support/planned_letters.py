"""Planning the letters about all that has happened, as the relay does, in the process of the test."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from cases.database.clock import now
from cases.database.transactions import Database
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from notifications.planning.planning import plan_batch, plan_events


def plan_letters(database: Database) -> None:
    """Plan the letters about all events of this database that wait for it, and about the batches of sweeps."""
    while _plan_open_work(database):  # an alarm is written while others are planned
        pass
    with database.transaction() as session:
        for batch in session.scalars(select(EventBatch).where(EventBatch.planned_at.is_(None))):
            plan_batch(session, batch)
            batch.planned_at = datetime.now(UTC)


def _plan_open_work(database: Database) -> bool:
    """Plan the letters of all events in the outbox; return whether there were any."""
    with database.transaction() as session:
        open_work = select(OutboxEntry.event_id).where(OutboxEntry.done_at.is_(None)).order_by(OutboxEntry.id)
        ids = session.scalars(open_work).all()
        plan_events(session, ids)
        session.execute(update(OutboxEntry).where(OutboxEntry.event_id.in_(ids)).values(done_at=now()))
    return bool(ids)
