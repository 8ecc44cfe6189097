"""The demonstration's letters: those of the last three weeks are sent to the local mailbox.

Older letters would only fill the mailbox that a visitor looks into: they are marked as sent. Calls older than three
days are marked as made.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update

from cases.database.clock import now, present
from cases.database.transactions import Database
from cases.settings import Settings
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.sending.sending import transport_from
from workers.relay.draining import drain_deliveries, drain_outbox

SENT_FOR = timedelta(days=21)
CALLS_WAIT = timedelta(days=3)
NOT_SENT = {Channel.MAIL: (Outcome.SENT, SENT_FOR), Channel.CALL: (Outcome.CALLED, CALLS_WAIT)}


def demonstration_drainer(settings: Settings, until: datetime) -> Callable[[Database], None]:
    """Return a function that plans and sends all letters in a database, to be called after each day that is simulated.

    `until` is when the simulation ends. Letters from over three weeks before it are only marked as sent: nothing is
    mailed. Calls from over three days before it are marked as made.
    """
    transport = transport_from(settings)

    def drain(database: Database) -> None:
        drain_outbox(database)
        with database.reading() as session:
            moment = present(session)
        for channel, (outcome, waits) in NOT_SENT.items():
            if moment < until - waits:
                _finish_unsent(database, channel, outcome)
        drain_deliveries(database, transport)

    return drain


def _finish_unsent(database: Database, channel: Channel, outcome: Outcome) -> None:
    with database.transaction() as session:
        waiting = (Delivery.channel == channel, Delivery.outcome == Outcome.WAITING)
        session.execute(update(Delivery).where(*waiting).values(outcome=outcome, finished_at=now()))
