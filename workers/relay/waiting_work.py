"""What waits for a relay: outbox entries, a sweep's batch of events, held letters. One query tells of all three."""

from typing import NamedTuple

from sqlalchemy import select

from cases.database.transactions import Database
from cases.organisation.domain_time import both_clocks
from notifications.planning.held.digests import DUE
from workers.relay.relay import HEADS
from workers.relay.sweep_letters import SEALED

LOOK = select(HEADS.limit(1).exists(), SEALED.exists(), DUE.exists())


class WaitingWork(NamedTuple):
    """Which kinds of work can be begun now."""

    outbox_entries: bool
    event_batch: bool
    held_letters: bool


def waiting_work(database: Database) -> WaitingWork:
    """Return which kinds of work a relay can begin now."""
    with database.reading() as session:
        clocks = both_clocks(session)
        moments = {"moment": clocks.recorded, "domain_moment": clocks.domain}
        return WaitingWork(*map(bool, session.connection().execute(LOOK, moments).one()))
