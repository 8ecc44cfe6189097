"""The check for stuck work: outbox entries, batches, letters and incoming mails that have been due for ten minutes."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from cases.database.clock import present
from cases.history.event_batches import EventBatch
from cases.history.outbox import OutboxEntry
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.inbound_mail import STILL_WAITS, InboundMail
from notifications.sending.circuit_breaker import is_down_now
from workers.runtime import Runtime

LOG = structlog.get_logger()
STUCK_AFTER = timedelta(minutes=10)


def look_for_stuck_work(runtime: Runtime) -> dict[str, int]:
    """Look for work that has been due for ten minutes. If there is any, log it and wake the mail workers.

    Return how many outbox entries ("works"), sweeps' batches ("ticks"), "letters" and "mails" that came in there are, 0
    included.
    """
    with runtime.database.reading() as session:
        found = count_stuck(session, present(session) - STUCK_AFTER, runtime.transport.server.name)
    if any(found.values()):
        LOG.error("work.stuck", **found)
        runtime.bell.ring("deliver")
    if found["mails"]:
        runtime.bell.ring("file_mail")
    return found


def count_stuck(session: Session, since: datetime, server: str) -> dict[str, int]:
    """Return how much was due before `since` and still is: "works" (outbox entries), "ticks" (batches), letters, mails.

    `server` is the name of the mail server. While it is down, "letters" is 0: they wait for it.
    """
    entries = (OutboxEntry.done_at.is_(None), OutboxEntry.set_aside_at.is_(None), OutboxEntry.recorded_at < since)
    batches = (EventBatch.planned_at.is_(None), EventBatch.set_aside_at.is_(None), EventBatch.started_at < since)
    letters = (
        Delivery.outcome == Outcome.WAITING,
        Delivery.channel == Channel.MAIL,
        Delivery.created_at < since,
        or_(Delivery.next_attempt_at.is_(None), Delivery.next_attempt_at < since),
    )
    mails = (
        InboundMail.outcome == STILL_WAITS,
        InboundMail.received_at < since,
        or_(InboundMail.next_attempt_at.is_(None), InboundMail.next_attempt_at < since),
    )
    counts = {
        "works": select(func.count(OutboxEntry.id)).where(*entries),
        "ticks": select(func.count(EventBatch.id)).where(*batches),
        "letters": select(func.count(Delivery.id)).where(*letters),
        "mails": select(func.count(InboundMail.id)).where(*mails),
    }
    stuck = {name: session.scalars(count).one() for name, count in counts.items()}
    if is_down_now(session, server):
        stuck["letters"] = 0
    return stuck
