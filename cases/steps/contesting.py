"""Contesting and reopening: a case that was done or had ended is assigned once more."""

from cases.history.events import CaseContested, CaseReopened, DomainEvent
from cases.organisation.units import contact_desk
from cases.refusals import TransitionNotAllowed
from cases.states import State
from cases.steps.present_policy import set_statutory, use_present_policy
from cases.steps.transition import Transition, enter_state, officer_named, unit_that_may_hold, working_days_from_now


def contest(act: Transition) -> DomainEvent:
    """Give a done case back to its unit, because the reporter, or the group whose case it is, says that it is not done.

    Return the event to record. Raises `TransitionNotAllowed` after the last day on which the case may be contested. As
    long as a reply waits to be read, that is no day.
    """
    if act.case.unread_reply is None and act.case.due_at is not None and act.at > act.case.due_at:
        raise TransitionNotAllowed(state=act.case.state, to=State.ASSIGNED)  # the clock has not closed it yet
    return CaseContested(responsible=act.case.responsible.slug, due_on=_come_back(act))


def reopen(act: Transition) -> DomainEvent:
    """Assign a case again after it was done or had ended, under the policy in force today; return the event.

    The unit is the one that the change names. When it names none, it is the former unit, or the desk if the former unit
    may no longer hold cases. A merged case is separated from the other case. A duty that was closed has made its
    next one then; closing it once more makes no second one.
    """
    case, was = act.case, act.was
    use_present_policy(act.writer, case, act.at)
    if act.change.responsible:
        unit = unit_that_may_hold(act.writer, act.change.responsible)
    else:
        unit = case.responsible if case.responsible.holds_cases else act.writer.find(contact_desk)
    case.give_to(unit, officer_named(act.session, act.change.officer, unit, act.today))
    case.ended_at = case.merged_into_id = None
    case.set_relationship("merged_into", None)
    if was == State.CLOSED:
        case.every_months = None  # the duty that followed it recurs already
    return CaseReopened(responsible=unit.slug, due_on=_come_back(act), previous=was, officer=case.officer_id)


def _come_back(act: Transition) -> str:
    """Enter the state assigned without the old promise, restart the law's clock, and return the due day as ISO."""
    act.case.promised_on = None
    due_on = enter_state(act, State.ASSIGNED, working_days_from_now(act, act.terms.answer_days))
    set_statutory(act.session, act.case, act.at)
    return due_on
