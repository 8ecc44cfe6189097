"""Give a case the policy (the set of deadlines) of today, and restart the clock that the law sets for a proposal."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.deadlines.policies import matching_policy
from cases.history.writers import EntryWriter
from cases.states import State


def use_present_policy(writer: EntryWriter, case: Case, at: datetime) -> None:
    """Give the case the policy (set of deadlines) that applies today to its kind, category and place; add no event.

    If that is another policy than before, the clock that the law sets for a proposal starts anew: by the new deadlines,
    still counted from the day on which the council raised the proposal. `at` is the moment of the change.
    """
    policy = writer.find(matching_policy, case.kind, case.obligation, case.category_id, case.place_id)
    if policy.id == case.policy_id:
        return
    case.policy_id = policy.id
    case.set_relationship("policy", policy)
    set_statutory(writer.session, case, at)


def set_statutory(session: Session, case: Case, at: datetime) -> None:
    """Start anew the clock that the law sets for a proposal: set it to its first warning after the moment `at`.

    The law's deadline and warnings still count from the day on which the proposal was raised in the council, not from
    `at`. The clock is stopped instead when the case was not raised there, is done or has ended, or when the policy sets
    no such deadline.
    """
    clock = None
    if case.raised_on is not None and case.is_open and case.state is not State.DONE:
        clock = clocks.statutory(case.raised_on, 0, at, case.terms, calendar_of(session))
    if clock is None:
        case.statutory_due_at = case.statutory_at = None
    else:
        case.statutory_cycle += 1
        case.statutory_due_at, case.statutory_rung, case.statutory_at = clock.due_at, clock.rung, clock.fires_at
    case.update_next_at()
