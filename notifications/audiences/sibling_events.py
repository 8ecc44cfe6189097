"""Acts: events with those that were written beside them, for some events or for a whole tick."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from cases.database.queries import any_of, columns_of, fetch_rows
from cases.history.journal import MOST_IN_AN_ACT, Event
from notifications.read_models import EventRow
from notifications.who_is_told import EventInContext

AS_TOLD = columns_of(Event, EventRow._fields)


def _act_of(event: Any) -> Any:
    """Return its act's first seq. A process of an older version writes none: then the event is an act of its own."""
    return func.coalesce(event.act_seq, event.seq)


def _acts() -> Select[Any]:
    """Select the events of the acts to which these events belong, each as often as one of these is in its act."""
    own = aliased(Event)
    first = _act_of(own)
    same_act = and_(
        Event.stream == own.stream,
        Event.seq.between(first, first + (MOST_IN_AN_ACT - 1)),  # which an index finds
        _act_of(Event) == first,
    )
    found = select(own.id, *AS_TOLD).join(Event, same_act).where(any_of(own.id, "ids"))
    return found.order_by(own.id, Event.seq)


ACTS = _acts()
OF_A_TICK = select(Event.stream, _act_of(Event), *AS_TOLD).where(Event.tick_id == bindparam("tick")).order_by(Event.id)


def acts_of(session: Session, ids: Sequence[int]) -> list[EventInContext]:
    """Return these events, in this order, each with those that were written beside it in the same act."""
    acts: dict[int, list[EventRow]] = defaultdict(list)
    for id_, *event in fetch_rows(session, ACTS, {"ids": list(ids)}):
        acts[id_].append(EventRow(*event))
    return [_act(next(one for one in acts[id_] if one.id == id_), acts[id_]) for id_ in ids]


def acts_of_tick(session: Session, tick_id: int) -> list[EventInContext]:
    """Return the tick's events by id, each with those that were written beside it in the same act."""
    told = [
        ((stream, first), EventRow(*event))
        for stream, first, *event in fetch_rows(session, OF_A_TICK, {"tick": tick_id})
    ]
    acts: dict[tuple[int, int], list[EventRow]] = defaultdict(list)
    for act, event in told:
        acts[act].append(event)
    return [_act(event, acts[act]) for act, event in told]


def _act(event: EventRow, events: Sequence[EventRow]) -> EventInContext:
    return EventInContext(event, {one.type: one.facts for one in events if one.id != event.id})
