"""Acts: events with those that were written beside them, for some events or for a whole tick."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from cases.records.history import Event
from notifications.asking import among, asked, columns_of
from notifications.rows import Happened
from notifications.who_is_told import Act

MOST_BESIDE = 3
NEVER_FIRST = frozenset({"case.promised", "case.planned", "case.put_on_agenda"})
AS_TOLD = columns_of(Event, Happened._fields)


def _near() -> Select[Any]:
    """Select each event as often as it may stand beside one of these, or is one."""
    own = aliased(Event)
    beside = and_(
        Event.stream == own.stream,
        Event.seq.between(own.seq - MOST_BESIDE, own.seq + MOST_BESIDE),
        Event.at == own.at,
        Event.actor == own.actor,
    )
    found = select(own.id, *AS_TOLD).join(Event, beside).where(among(own.id, "ids"))
    return found.order_by(own.id, Event.seq)


NEAR = _near()
OF_A_TICK = select(*AS_TOLD).where(Event.tick_id == bindparam("tick")).order_by(Event.id)


def acts_of(session: Session, ids: Sequence[int]) -> list[Act]:
    """Give these events, in this order, each with those that were written beside it in the same act."""
    near: dict[int, list[Happened]] = defaultdict(list)
    for id_, *event in asked(session, NEAR, {"ids": list(ids)}):
        near[id_].append(Happened(*event))
    return [_act(id_, near[id_]) for id_ in ids]


def _act(id_: int, near: Sequence[Happened]) -> Act:
    own = next(some for some in _parted(near) if any(one.id == id_ for one in some))
    event = next(one for one in own if one.id == id_)
    is_of_a_case = bool(event.stream)
    return Act(event, {one.type: one.facts for one in own if is_of_a_case and one.id != id_})


def _parted(events: Sequence[Happened]) -> list[list[Happened]]:
    """Part events into acts: only the first of an act says what the act has changed."""
    acts: list[list[Happened]] = []
    for event in events:
        begins = bool(event.changes) or event.type not in NEVER_FIRST
        if begins or not acts:
            acts.append([])
        acts[-1].append(event)
    return acts


def acts_of_tick(session: Session, tick_id: int) -> list[Act]:
    """Give the tick's events, each with those that the tick brought to the same case."""
    events = [Happened(*event) for event in asked(session, OF_A_TICK, {"tick": tick_id})]
    by_stream: dict[int, list[Happened]] = defaultdict(list)
    for event in events:
        by_stream[event.stream].append(event)
    return [
        Act(event, {one.type: one.facts for one in by_stream[event.stream] if one.id != event.id}) for event in events
    ]
