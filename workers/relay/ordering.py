"""The order in which a person's step and a sweep's batch are planned: the one in which they happened to a case.

An outbox entry waits for a batch that has an earlier event in its stream; a batch waits for entries recorded before it
was sealed. Where the two would wait for each other the batch goes first: an entry that waits for a batch delays none.
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
    """Return the conditions under which the letters of an outbox entry are still to be planned."""
    return (entry.done_at.is_(None), entry.set_aside_at.is_(None), entry.consumer == LETTERS)


def no_sweep_before() -> ColumnElement[bool]:
    """Return the condition that no batch still to be planned has an earlier event in the entry's stream.

    A batch whose sweeper died unsealed does not count: the next sweep seals it, whenever that is.
    """
    to_be_planned = or_(BATCH.sealed_at.is_not(None), BATCH.lease_until > MOMENT)
    waiting = select(BATCH.id).where(BATCH.planned_at.is_(None), BATCH.set_aside_at.is_(None), to_be_planned)
    before = exists().where(
        Event.tick_id.in_(waiting), Event.stream == OutboxEntry.stream, Event.id < OutboxEntry.event_id
    )
    return or_(~waiting.exists(), ~before)


def has_earlier_work() -> ColumnElement[bool]:
    """Return the condition that an open outbox entry, recorded before the batch was sealed, must be planned first.

    Not counted are an entry that failed, what follows it in its stream, and what itself waits for a batch.
    """
    untried = (*is_open(OutboxEntry), OutboxEntry.last_error.is_(None))
    older = (OLDER.stream == OutboxEntry.stream, OLDER.id < OutboxEntry.id)
    failed = exists().where(*older, *is_open(OLDER), OLDER.last_error.is_not(None))
    return exists().where(*untried, OutboxEntry.recorded_at < EventBatch.sealed_at, ~failed, no_sweep_before())
