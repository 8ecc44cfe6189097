"""The order in which letters are planned: that in which the events happened to a case.

The events of one sweep are planned together, as a batch; every other event has an outbox entry of its own. An entry
waits for each batch that has an earlier event of the same case. A batch waits for each entry that was recorded before
the batch was sealed (its last event written), but for none that waits for a batch: so no two wait for each other.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from cases.database.leases.claims import MOMENT
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.history.outbox import LETTERS, OutboxEntry

BATCH, OLDER = aliased(EventBatch), aliased(OutboxEntry)


def is_open(entry: Any) -> tuple[ColumnElement[bool], ...]:
    """Return SQL conditions that hold for an outbox entry whose letters are still to be planned.

    `entry` is the class `OutboxEntry` or an alias of it.
    """
    return (entry.done_at.is_(None), entry.set_aside_at.is_(None), entry.consumer == LETTERS)


def no_sweep_before() -> ColumnElement[bool]:
    """Return the SQL condition that an `OutboxEntry` waits for no sweep's batch.

    An entry waits for a batch that has an earlier event of the same case and is neither planned nor set aside. But no
    entry waits for a batch whose sweep died before it had written the last event.
    """
    to_be_planned = or_(BATCH.sealed_at.is_not(None), BATCH.lease_until > MOMENT)
    waiting = select(BATCH.id).where(BATCH.planned_at.is_(None), BATCH.set_aside_at.is_(None), to_be_planned)
    before = exists().where(
        Event.tick_id.in_(waiting), Event.stream == OutboxEntry.stream, Event.id < OutboxEntry.event_id
    )
    return or_(~waiting.exists(), ~before)


def has_earlier_work() -> ColumnElement[bool]:
    """Return the SQL condition that an `EventBatch` must wait for an open outbox entry, recorded before it was sealed.

    A batch does not wait for entries that failed, for entries that follow a failed one of the same case, or for entries
    that wait for a batch themselves.
    """
    untried = (*is_open(OutboxEntry), OutboxEntry.last_error.is_(None))
    older = (OLDER.stream == OutboxEntry.stream, OLDER.id < OutboxEntry.id)
    failed = exists().where(*older, *is_open(OLDER), OLDER.last_error.is_not(None))
    return exists().where(*untried, OutboxEntry.recorded_at < EventBatch.sealed_at, ~failed, no_sweep_before())
