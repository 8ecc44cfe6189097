"""Parking: the desk puts a case off until a date, on which it comes back by itself.

The longest time is a term of the policy (`cases.deadlines.policies`).
"""

from datetime import timedelta

from cases.calendar import add_months
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.history.events import CaseParked, CaseTakenUp, DomainEvent
from cases.states import State
from cases.steps.present_policy import use_present_policy
from cases.steps.transition import Transition, checked_day, enter_state, to_desk, working_days_from_now


def park(act: Transition) -> DomainEvent:
    """Park the case until the due day that the change names; return the event to record.

    On the morning of that day a sweep takes the case up again. Raises `DateOutside` when the day is before tomorrow, or
    more months ahead than the policy allows.
    """
    was, latest = act.was, add_months(act.today, act.terms.parked_most_months)
    due_on = checked_day(act, act.change.due_on, earliest=act.today + timedelta(days=1), latest=latest)
    act.case.stop_waiting()
    act.case.state = State.PARKED
    act.case.set_life_clock(None)
    act.case.set_state_clock(clocks.on_the_morning(due_on, act.case.cycle + 1, calendar_of(act.session)))
    return CaseParked(until=due_on.isoformat(), previous=was)


def take_up(act: Transition) -> DomainEvent:
    """Bring a parked case back to the desk, with a new clock and the deadlines of today; return the event to record."""
    use_present_policy(act.writer, act.case, act.at)
    to_desk(act)
    due_on = enter_state(act, State.RECEIVED, working_days_from_now(act, act.terms.look_days))
    return CaseTakenUp(responsible="desk", due_on=due_on)
