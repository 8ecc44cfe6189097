"""Assigning: the desk gives a case to a unit, an officer is appointed there, and the unit may send it back."""

from cases.database.transactions import calendar_of
from cases.history.events import CaseAssigned, CaseSentBack, DomainEvent
from cases.refusals import NameNeeded
from cases.states import State
from cases.steps.transition import (
    Transition,
    enter_state,
    officer_named,
    to_desk,
    unit_that_may_hold,
    working_days_from_now,
)


def assign(act: Transition) -> DomainEvent:
    """Give a case to a unit that is to take it on, and start the clock for its answer; return the event to record.

    The unit must take the case on or send it back by the due day that the change names. When it names none, the unit
    has as many working days as the policy gives for an answer. For a case that is assigned already, see `hand_over`.
    """
    change, case, was = act.change, act.case, act.was
    before = case.responsible.slug
    unit = unit_that_may_hold(act.writer, change.responsible or "")
    case.give_to(unit, officer_named(act.session, change.officer, unit, act.today))
    due_on = enter_state(act, State.ASSIGNED, change.due_on or working_days_from_now(act, act.terms.answer_days))
    return CaseAssigned(
        responsible=unit.slug, due_on=due_on, officer=case.officer_id, previous=was, responsible_was=before
    )


def hand_over(act: Transition) -> DomainEvent:
    """Give a case that is assigned already to another unit, and restart its clock; return the event to record.

    The new unit must take the case on or send it back by the due day that the change names. When it names none, the
    unit has as many working days as the policy gives for an answer. Raises `NameNeeded` when the change names the unit
    that has the case already: that would only restart the unit's clock.
    """
    if act.change.responsible == act.case.responsible.slug:
        raise NameNeeded(field="responsible")
    return assign(act)


def appoint(act: Transition) -> DomainEvent:
    """Appoint another officer of the same unit; return the event to record.

    The day by which the unit must answer stays the same.
    """
    case, unit = act.case, act.case.responsible
    case.give_to(unit, officer_named(act.session, act.change.officer, unit, act.today))
    due_on = calendar_of(act.session).day_of(case.state_clock.due_at).isoformat()
    return CaseAssigned(
        responsible=unit.slug, due_on=due_on, officer=case.officer_id, previous=act.was, responsible_was=unit.slug
    )


def send_back(act: Transition) -> DomainEvent:
    """Give the case back to the desk, because the unit says that it is not theirs; return the event to record."""
    by_unit = act.case.responsible.slug
    act.case.sent_back_count += 1
    to_desk(act)
    return CaseSentBack(
        by_unit=by_unit, due_on=enter_state(act, State.RECEIVED, working_days_from_now(act, act.terms.look_days))
    )
