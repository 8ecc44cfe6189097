"""The wire at once: what relay and workers do beside each other, one after the other, until nothing is left.

For a story under a moving clock, whose time stands still meanwhile.
"""

from cases.database.transactions import Database
from notifications.sending.sending import MailTransport, deliver_some
from workers.relay.relay import relay_some
from workers.relay.sweep_letters import plan_a_tick


def drain_outbox(database: Database) -> None:
    """Plan the letters of whatever happened; what came after a sweep waits until that is planned."""
    while relay_some(database) is not None or plan_a_tick(database) is not None:
        pass


def drain_deliveries(database: Database, post: MailTransport) -> None:
    """Send all that is due."""
    while deliver_some(database, post):
        pass
