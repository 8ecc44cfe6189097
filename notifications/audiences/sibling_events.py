"""Sibling events: those that one step wrote about a case together. Letters about one may use the others' facts."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from cases.database.queries import any_of, columns_of, fetch_rows
from cases.history.journal import MOST_IN_AN_ACT, Event
from notifications.row_types import EventRow
from notifications.who_is_told import EventInContext

EVENT_COLUMNS = columns_of(Event, EventRow._fields)


def _act_of(event: Any) -> Any:
    """Return the first seq of the event's act. A process of an older version writes none: then it is an act alone."""
    return func.coalesce(event.act_seq, event.seq)


def _siblings() -> Select[Any]:
    """Select for each event that is asked for, by its id, all events of its act, itself among them."""
    asked = aliased(Event)
    first = _act_of(asked)
    same_act = and_(
        Event.stream == asked.stream,
        Event.seq.between(first, first + (MOST_IN_AN_ACT - 1)),  # which an index finds
        _act_of(Event) == first,
    )
    found = select(asked.id, *EVENT_COLUMNS).join(Event, same_act).where(any_of(asked.id, "ids"))
    return found.order_by(asked.id, Event.seq)


SIBLINGS = _siblings()
OF_BATCH = (
    select(Event.stream, _act_of(Event), *EVENT_COLUMNS).where(Event.tick_id == bindparam("batch")).order_by(Event.id)
)


def events_in_context(session: Session, ids: Sequence[int]) -> list[EventInContext]:
    """Read the events with these ids, in this order, each with its siblings (the other events of the same step)."""
    acts: dict[int, list[EventRow]] = defaultdict(list)
    for id_, *row in fetch_rows(session, SIBLINGS, {"ids": list(ids)}):
        acts[id_].append(EventRow(*row))
    return [_in_context(next(event for event in acts[id_] if event.id == id_), acts[id_]) for id_ in ids]


def batch_in_context(session: Session, batch_id: int) -> list[EventInContext]:
    """Read the events of a batch by rising id, each with its siblings (the other events of the same step)."""
    found = [
        ((stream, first), EventRow(*row)) for stream, first, *row in fetch_rows(session, OF_BATCH, {"batch": batch_id})
    ]
    acts: dict[tuple[int, int], list[EventRow]] = defaultdict(list)
    for act, event in found:
        acts[act].append(event)
    return [_in_context(event, acts[act]) for act, event in found]


def _in_context(event: EventRow, act: Sequence[EventRow]) -> EventInContext:
    return EventInContext(event, {other.type: other.facts for other in act if other.id != event.id})
