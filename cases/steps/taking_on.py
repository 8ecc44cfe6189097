"""Taking on: a unit plans a case for a date, or starts work at once. Whoever does it there becomes its officer.

While work goes on, the sign-of-life clock runs: it fires when the unit has been silent for too long.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.history.events import CasePlanned, CaseStarted, DomainEvent
from cases.states import State
from cases.steps.transition import Transition, enter_state, take_on, working_days_from_now


def plan(act: Transition) -> DomainEvent:
    """Set the case planned: its unit has taken it on and is to be done by the due day of the change.

    Return the event to record. For work that begins at once, see `start`.
    """
    was, unit = act.was, take_on(act)
    due_on = enter_state(act, State.PLANNED, act.change.due_on)
    asked = act.change.due_on.isoformat() if act.change.due_on else None
    if act.case.obligation is not None:
        act.case.duty_on = act.change.due_on  # agreed on: the next day is counted from it
    return CasePlanned(
        responsible=unit.slug, due_on=due_on, previous=was, officer=act.case.officer_id,
        asked_for=asked if asked != due_on else None,
    )  # fmt: skip


def start(act: Transition) -> DomainEvent:
    """Set the case in progress, and start its sign-of-life clock; return the event to record.

    The case is due on the day that the change names. When it names none, the policy says in how many working days.
    """
    was, unit = act.was, take_on(act)
    due_on = enter_state(
        act, State.IN_PROGRESS, act.change.due_on or working_days_from_now(act, act.terms.progress_days)
    )
    restart_life_clock(act.session, act.case, act.at)
    return CaseStarted(responsible=unit.slug, due_on=due_on, previous=was, officer=act.case.officer_id)


def restart_life_clock(session: Session, case: Case, at: datetime) -> None:
    """Restart the clock that fires when the unit at work on a case has been silent for too long.

    The clock is stopped instead when the case is not in progress, or when the case itself is due by the day on which
    this clock would fire.
    """
    calendar, terms = calendar_of(session), case.terms
    day = calendar.add_working_days(calendar.day_of(at), terms.life_days)
    if case.state is not State.IN_PROGRESS or case.due_at is None or day >= calendar.day_of(case.due_at):
        case.set_life_clock(None)
        return
    clock = clocks.escalating(day, case.life_cycle + 1, at, terms, calendar)
    case.set_life_clock(replace(clock, rung=clocks.DAY_RUNG, fires_at=calendar.morning_of(day)))
