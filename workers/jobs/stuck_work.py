"""Stuck work: what has been due for long and is neither done nor set aside."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.sending.circuit_breaker import is_down_now
from workers.runtime import Runtime

LOG = structlog.get_logger()
LONG = timedelta(minutes=10)


def look_for_stuck_work(workplace: Runtime) -> dict[str, int]:
    """Count what has been due for ten minutes, by kind; say so in the log, and ring for the letters."""
    with workplace.database.reading() as session:
        found = count_stuck(session, present(session) - LONG, workplace.post.server.name)
    if any(found.values()):
        LOG.error("work.stuck", **found)
        workplace.bell.ring("deliver")
    return found


def count_stuck(session: Session, since: datetime, server: str) -> dict[str, int]:
    """Count the rows that have been due since before this moment. Letters wait rightly while their server is down."""
    works = (OutboxEntry.done_at.is_(None), OutboxEntry.set_aside_at.is_(None), OutboxEntry.recorded_at < since)
    ticks = (EventBatch.planned_at.is_(None), EventBatch.set_aside_at.is_(None), EventBatch.started_at < since)
    letters = (
        Delivery.outcome == Outcome.WAITING,
        Delivery.channel == Channel.MAIL,
        Delivery.created_at < since,
        or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at < since),
    )
    counts = {
        "works": select(func.count(OutboxEntry.id)).where(*works),
        "ticks": select(func.count(EventBatch.id)).where(*ticks),
        "letters": select(func.count(Delivery.id)).where(*letters),
    }
    found = {name: session.scalars(count).one() for name, count in counts.items()}
    if is_down_now(session, server):
        found["letters"] = 0
    return found
