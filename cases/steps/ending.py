"""Steps that end a case: done, closed, declined, merged."""

from datetime import timedelta

from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.history.events import CaseClosed, CaseDeclined, CaseDone, DomainEvent
from cases.meetings.agenda_items import take_off_agenda
from cases.promises import settle
from cases.states import State
from cases.steps.duties import next_duty
from cases.steps.merging import merge_into
from cases.steps.transition import Transition


def finish(act: Transition) -> DomainEvent:
    """Set the case done, with its promise kept; return the event to record.

    The calendar days begin within which the case may be contested.
    """
    case, was, calendar = act.case, act.was, calendar_of(act.session)
    object_by = calendar.roll_forward(act.today + timedelta(days=act.terms.object_calendar_days))
    case.stop_waiting()
    case.state = State.DONE
    case.set_life_clock(None)
    case.statutory_due_at = case.statutory_at = None
    case.set_state_clock(clocks.at_end_of(object_by, case.cycle + 1, calendar))
    settle(act.writer, case, "kept", act.at)
    take_off_agenda(act.session, case, act.at)
    return CaseDone(responsible=case.responsible.slug, object_by=object_by.isoformat(), previous=was)


def close(act: Transition) -> DomainEvent:
    """End a done case that nobody contested, and create the next duty if it recurs; return the event to record."""
    act.case.end(State.CLOSED, act.at)
    next_duty(act.writer, act.case, by=act.entry.by, at=act.at)
    return CaseClosed()


def decline(act: Transition) -> DomainEvent:
    """End the case as declined, and its promise as dropped; return the event to record."""
    was = act.was
    settle(act.writer, act.case, "dropped", act.at)
    take_off_agenda(act.session, act.case, act.at)
    act.case.end(State.DECLINED, act.at)
    return CaseDeclined(previous=was)


def merge(act: Transition) -> DomainEvent:
    """End the case as merged into another one, and its promise as dropped; return the event to record."""
    settle(act.writer, act.case, "dropped", act.at)
    take_off_agenda(act.session, act.case, act.at)
    return merge_into(act.session, act.case, act.change.into or "", by=act.entry.by, at=act.at)
