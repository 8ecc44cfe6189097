"""The demonstration's wire: every letter is planned as usual; those of the last weeks are sent to the local mailbox.

What is older would fill the mailbox that a visitor looks into: it counts as sent and called, without a letter kept.
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
LONG_AGO = {Channel.MAIL: (Outcome.SENT, SENT_FOR), Channel.CALL: (Outcome.CALLED, CALLS_WAIT)}


def wire_of(settings: Settings, until: datetime) -> Callable[[Database], None]:
    """Give what tells everybody of a day, in a story that ends at `until`."""
    post = transport_from(settings)

    def tell(database: Database) -> None:
        drain_outbox(database)
        with database.reading() as session:
            moment = present(session)
        for channel, (outcome, waits) in LONG_AGO.items():
            if moment < until - waits:
                _settle(database, channel, outcome)
        drain_deliveries(database, post)

    return tell


def _settle(database: Database, channel: Channel, outcome: Outcome) -> None:
    with database.transaction() as session:
        waiting = (Delivery.channel == channel, Delivery.outcome == Outcome.WAITING)
        session.execute(update(Delivery).where(*waiting).values(outcome=outcome, finished_at=now()))
