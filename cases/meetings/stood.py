"""How cases stood on an earlier day, told from their events: for the agendas of meetings that have been held."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.history.journal import Event
from cases.organisation.units import DESK
from cases.states import SETS_STATE, STATE_AFTER, State

STATE_THEN = STATE_AFTER | {"case.received": State.RECEIVED}
DAYS = ("due_on", "follow_up_on", "until", "object_by")  # the facts that hold the day that counts after a step
DESK_HAS_IT = frozenset({"case.sent_back", "case.taken_up"})
BESIDE_STEPS = frozenset({"case.corrected", "case.imported"})  # may give a case another unit or day in its state


@dataclass(frozen=True)
class Stood:
    """The state of a case on a day, the slug of the unit that had it, and the local day by which something was due."""

    state: State
    responsible: str
    due_on: date | None


def how_they_stood(session: Session, case_ids: Collection[int], moment: datetime) -> dict[int, Stood]:
    """Return how these cases stood at `moment` (UTC), by id; a case that was not there yet is left out. One query."""
    events = select(Event.stream, Event.type, Event.facts).where(
        Event.stream.in_(case_ids), Event.at <= moment, Event.type.in_(SETS_STATE | BESIDE_STEPS)
    )
    found: dict[int, Stood] = {}
    for row in session.execute(events.order_by(Event.stream, Event.seq)):
        found[row.stream] = _after(found.get(row.stream), row.type, row.facts)
    return found


def _after(before: Stood | None, type_: str, facts: dict[str, Any]) -> Stood:
    was = before or Stood(State.RECEIVED, "", None)
    if type_ in BESIDE_STEPS:
        due_on = date.fromisoformat(facts["due_on"]) if facts.get("due_on") else was.due_on
        return replace(was, responsible=facts.get("responsible") or was.responsible, due_on=due_on)
    state = State(facts["to"]) if type_ == "case.answered" else STATE_THEN[type_]
    unit = DESK if type_ in DESK_HAS_IT else facts.get("responsible") or was.responsible
    days = [facts[name] for name in DAYS if facts.get(name)]
    return replace(was, state=state, responsible=unit, due_on=date.fromisoformat(days[0]) if days else None)
