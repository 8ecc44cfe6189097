"""Turns: what a person did and what a sweep did are told in the order in which they happened to a case.

Work waits for a sweep whose event stands before it; a sweep waits for work that was recorded before it was complete. Of
two that would wait for each other the sweep goes first: what waits for any sweep holds none back.
"""

from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import aliased

from cases.database.leases.claims import MOMENT
from cases.history.event_batches import EventBatch
from cases.history.journal import Event
from cases.history.outbox import LETTERS, OutboxEntry

SWEEP, OLDER = aliased(EventBatch), aliased(OutboxEntry)


def is_open(work: Any) -> tuple[ColumnElement[bool], ...]:
    """Say of a work that its letters are still to be planned."""
    return (work.done_at.is_(None), work.set_aside_at.is_(None), work.consumer == LETTERS)


def no_sweep_before() -> ColumnElement[bool]:
    """Say of a work that nothing of a tick that is about to be told stands before it in its stream.

    A tick whose sweeper died is not waited for: the next sweep seals it, whenever that is.
    """
    about_to_be = or_(SWEEP.sealed_at.is_not(None), SWEEP.lease_until > MOMENT)
    waiting = select(SWEEP.id).where(SWEEP.planned_at.is_(None), SWEEP.set_aside_at.is_(None), about_to_be)
    before = exists().where(
        Event.tick_id.in_(waiting), Event.stream == OutboxEntry.stream, Event.id < OutboxEntry.event_id
    )
    return or_(~waiting.exists(), ~before)


def has_earlier_work() -> ColumnElement[bool]:
    """Say that some work goes before the tick: recorded before it was complete, and neither planned nor held up.

    Held up is what was tried in vain, what comes after that in its stream, and what waits for a tick itself.
    """
    untried = (*is_open(OutboxEntry), OutboxEntry.last_error.is_(None))
    older = (OLDER.stream == OutboxEntry.stream, OLDER.id < OutboxEntry.id)
    failed = exists().where(*older, *is_open(OLDER), OLDER.last_error.is_not(None))
    return exists().where(*untried, OutboxEntry.recorded_at < EventBatch.sealed_at, ~failed, no_sweep_before())
