"""The order in which letters are planned: that in which the events happened to a case.

The events of a sweep wait together in its batch, all others in outbox entries, one each. An entry waits for a batch
that has an earlier event of the same case. A batch waits for entries recorded before it was sealed (its last event
written), except for those that wait for a batch themselves: so the two never wait for each other.
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
    """Return the SQL conditions that the letters of an outbox entry are still to be planned.

    `entry` is `OutboxEntry` or an alias of it.
    """
    return (entry.done_at.is_(None), entry.set_aside_at.is_(None), entry.consumer == LETTERS)


def no_sweep_before() -> ColumnElement[bool]:
    """Return the SQL condition that an `OutboxEntry` may be planned now, as far as sweeps are concerned.

    It may not while a batch with an earlier event of the same case waits to be planned. A batch counts as waiting when
    it is sealed (all its events are written) or its sweep still runs; not when its sweep died before sealing it.
    """
    to_be_planned = or_(BATCH.sealed_at.is_not(None), BATCH.lease_until > MOMENT)
    waiting = select(BATCH.id).where(BATCH.planned_at.is_(None), BATCH.set_aside_at.is_(None), to_be_planned)
    before = exists().where(
        Event.tick_id.in_(waiting), Event.stream == OutboxEntry.stream, Event.id < OutboxEntry.event_id
    )
    return or_(~waiting.exists(), ~before)


def has_earlier_work() -> ColumnElement[bool]:
    """Return the SQL condition that an `EventBatch` must wait: an open outbox entry was recorded before it was sealed.

    Three kinds of entries do not make it wait: entries that failed, entries that follow a failed one of the same case,
    and entries that wait for a batch themselves.
    """
    untried = (*is_open(OutboxEntry), OutboxEntry.last_error.is_(None))
    older = (OLDER.stream == OutboxEntry.stream, OLDER.id < OutboxEntry.id)
    failed = exists().where(*older, *is_open(OLDER), OLDER.last_error.is_not(None))
    return exists().where(*untried, OutboxEntry.recorded_at < EventBatch.sealed_at, ~failed, no_sweep_before())
