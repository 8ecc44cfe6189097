"""Draining: plans and sends letters, in this thread, until none is left.

It is for simulations and the demonstration, where time is simulated and does not pass while letters are sent.
"""

from cases.database.transactions import Database
from notifications.sending.sending import MailTransport, deliver_some
from workers.relay.held_letters import plan_digest
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_event_batch


def drain_outbox(database: Database) -> None:
    """Plan letters until no outbox entry, no sweep's batch and no digest can be planned."""
    while any(plan(database) is not None for plan in (relay_some, plan_event_batch, plan_digest)):
        pass


def drain_deliveries(database: Database, transport: MailTransport) -> None:
    """Send letters until none is due."""
    while deliver_some(database, transport):
        pass
