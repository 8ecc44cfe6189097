"""Turns: what a person did and what a sweep did are told in the order in which they happened to a case.

Work waits for a sweep whose event stands before it; a sweep waits for work that was recorded before it was complete. Of
two that would wait for each other the sweep goes first: what waits for any sweep holds none back.
"""

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from cases.database import UtcDateTime
from cases.ladder.ticks import Tick
from cases.records.history import Event
from cases.records.wire import Work

MOMENT = bindparam("moment", type_=UtcDateTime)
SWEEP, OLDER = aliased(Tick), aliased(Work)


def is_its_turn() -> ColumnElement[bool]:
    """Say of a work that nothing of a tick that is about to be told stands before it in its stream.

    A tick whose sweeper died is not waited for: the next sweep seals it, whenever that is.
    """
    about_to_be = or_(SWEEP.sealed_at.is_not(None), SWEEP.lease_until > MOMENT)
    waiting = select(SWEEP.id).where(SWEEP.planned_at.is_(None), SWEEP.set_aside_at.is_(None), about_to_be)
    before = exists().where(Event.tick_id.in_(waiting), Event.stream == Work.stream, Event.id < Work.event_id)
    return or_(~waiting.exists(), ~before)


def goes_before_a_tick() -> ColumnElement[bool]:
    """Say that some work goes before the tick: recorded before it was complete, and neither planned nor held up.

    Held up is what was tried in vain, what comes after that in its stream, and what waits for a tick itself.
    """
    is_open = (Work.done_at.is_(None), Work.set_aside_at.is_(None), Work.last_error.is_(None))
    failed = exists().where(
        OLDER.stream == Work.stream,
        OLDER.id < Work.id,
        OLDER.done_at.is_(None),
        OLDER.set_aside_at.is_(None),
        OLDER.last_error.is_not(None),
    )
    return exists().where(*is_open, Work.recorded_at < Tick.sealed_at, ~failed, is_its_turn())
