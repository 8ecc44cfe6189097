"""Draining: plans and sends, in this thread, until nothing is left.

For simulations and the demonstration, whose clock stands still meanwhile.
"""

from cases.database.transactions import Database
from notifications.sending.sending import MailTransport, deliver_some
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_event_batch


def drain_outbox(database: Database) -> None:
    """Plan letters until neither the outbox nor a sweep's batch has any left."""
    while relay_some(database) is not None or plan_event_batch(database) is not None:
        pass


def drain_deliveries(database: Database, transport: MailTransport) -> None:
    """Send letters until none is due."""
    while deliver_some(database, transport):
        pass
