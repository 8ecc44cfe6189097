"""Closed days that were announced after clocks had been set: which cases they concern, and how their clocks move.

A day on which nothing can be asked for moves to the next working day. Where the policy counts working days (a case that
nobody has looked at, or that a unit is to answer), the day is counted anew. Promises and the year of the law stay as
they were told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.access.actors import A_COMMAND
from cases.calendar import Calendar
from cases.case import TO_ACT, Case
from cases.database.transactions import calendar_of
from cases.deadlines.clocks import DAY_RUNG, FIRST_RUNG, Clock
from cases.history.events import CaseCorrected
from cases.history.journal import Entry, Event
from cases.states import OPEN, State

_Clocks = tuple[Clock, Clock | None]


@dataclass(frozen=True)
class MovedDay:
    """One case whose due day, or next moment, moves: its reference, and the local due days before and after."""

    ref: str
    was: date
    now: date

    def __str__(self) -> str:
        return f"{self.ref}: {self.was} -> {self.now}" if self.was != self.now else f"{self.ref}: its next reminder"


def cases_on_closed_days(session: Session, at: datetime) -> list[MovedDay]:
    """Return the open cases whose clocks `apply_closed_days` would move at this moment, by rising id."""
    return [moved for _, moved, _ in _to_move(session, at, locked=False)]


def apply_closed_days(session: Session, *, at: datetime) -> list[MovedDay]:
    """Move the clocks of open cases that the municipality's closed days concern; return which cases.

    Each case gets an event that tells its day. A second call changes nothing. The caller commits.
    """
    found = []
    for case, moved, (clock, life) in _to_move(session, at, locked=True):
        entry = Entry(case, by=A_COMMAND, at=at)
        case.due_at, case.rung_at = clock.due_at, clock.fires_at
        case.set_life_clock(life)
        entry.add(CaseCorrected(what=["closed_day"], due_on=moved.now.isoformat()))
        entry.write(session)
        found.append(moved)
    return found


def _to_move(session: Session, at: datetime, *, locked: bool) -> Iterator[tuple[Case, MovedDay, _Clocks]]:
    calendar = calendar_of(session)
    for case in _concerned(session, calendar, at, locked=locked):
        clocks, warns = _clocks_of(case), case.terms.warn_days_before
        state = _later(clocks[0], _due_on(session, case, calendar, at), warns, calendar, at)
        life = clocks[1] and _later(clocks[1], _rolled(clocks[1], calendar, at), warns, calendar, at)
        if (state, life) != clocks:
            days = (calendar.day_of(moment) for moment in (clocks[0].due_at, state.due_at))
            yield case, MovedDay(case.ref, *days), (state, life)


def _concerned(session: Session, calendar: Calendar, at: datetime, *, locked: bool = False) -> Sequence[Case]:
    """Return the open cases with a clock that ends or fires on a coming closed day or after the first of them."""
    coming = [day for day in calendar.closed if day >= calendar.day_of(at)]
    if not coming:
        return []
    first = calendar.end_of(min(coming) - timedelta(days=1))
    later = (Case.due_at > first) | (Case.rung_at > first) | (Case.life_at > first)
    query = select(Case).where(Case.state.in_(OPEN), later).order_by(Case.id).options(*TO_ACT)
    return session.scalars(query.with_for_update(of=Case) if locked else query).all()


def _clocks_of(case: Case) -> _Clocks:
    """Return the clocks of the case's state and of its sign of life."""
    life = None
    if case.life_due_at is not None and case.life_at is not None:
        life = Clock(case.life_due_at, case.life_cycle, case.life_rung, case.life_at)
    return case.state_clock, life


def _due_on(session: Session, case: Case, calendar: Calendar, at: datetime) -> date:
    """Return the local day on which the clock of the case's state is to run out."""
    clock = case.state_clock
    due_on = calendar.day_of(clock.due_at)
    days = {State.RECEIVED: case.terms.look_days, State.ASSIGNED: case.terms.answer_days}.get(case.state)
    set_on = _clock_set_on(session, case, calendar) if days and clock.rung <= DAY_RUNG and clock.due_at > at else None
    if days and set_on:
        counted = calendar.add_working_days(set_on, days)
        if Calendar(calendar.zone).add_working_days(set_on, days) <= due_on < counted:
            return counted  # nobody has chosen the day: it was counted before the closed day was known
    return _rolled(clock, calendar, at)


def _clock_set_on(session: Session, case: Case, calendar: Calendar) -> date | None:
    """Return the local day of the event that set the clock of the case's state; what a closed day moved counts not."""
    events = session.execute(select(Event.at, Event.changes, Event.facts).where(*_of(case)).order_by(Event.seq.desc()))
    return next((calendar.day_of(at) for at, changes, facts in events if _sets_clock(changes, facts)), None)


def _of(case: Case) -> tuple[ColumnElement[bool], ...]:
    return (Event.stream == case.id, Event.type != "case.escalated")


def _sets_clock(changes: dict[str, Any], facts: dict[str, Any]) -> bool:
    return "due_at" in changes and facts.get("what") != ["closed_day"]


def _rolled(clock: Clock, calendar: Calendar, at: datetime) -> date:
    """Return the clock's due day, or the next working day when it is closed. A day off that was chosen stays."""
    due_on = calendar.day_of(clock.due_at)
    is_to_come = clock.due_at > at and clock.rung <= DAY_RUNG
    return calendar.roll_forward(due_on) if is_to_come and due_on in calendar.closed else due_on


def _later(clock: Clock, due_on: date, warns: int, calendar: Calendar, at: datetime) -> Clock:
    """Return the clock moved to run out on the day `due_on`; its cycle and its next rung stay."""
    if due_on == calendar.day_of(clock.due_at):
        return replace(clock, fires_at=_fires_later(clock.fires_at, calendar, at))
    due_at = calendar.end_of(due_on)
    if clock.rung == FIRST_RUNG:
        fires_at = max(clock.fires_at, calendar.morning_of(calendar.add_working_days(due_on, -warns)))
    else:
        fires_at = due_at if clock.fires_at == clock.due_at else calendar.morning_of(due_on)
    return Clock(due_at, clock.cycle, clock.rung, fires_at)


def _fires_later(fires_at: datetime, calendar: Calendar, at: datetime) -> datetime:
    on = calendar.day_of(fires_at)
    return calendar.morning_of(calendar.roll_forward(on)) if fires_at > at and on in calendar.closed else fires_at
