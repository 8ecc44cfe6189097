"""Steps that end a case: done, closed, declined, merged."""

from datetime import date, timedelta

from cases.access.actors import ActorKind
from cases.calendar import Calendar, add_months
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.history.events import CaseClosed, CaseDeclined, CaseDone, DomainEvent
from cases.meetings.agenda_items import take_off_agenda
from cases.promises import settle
from cases.refusals import DateOutside
from cases.states import State
from cases.steps.duties import next_duty
from cases.steps.merging import merge_into
from cases.steps.transition import Transition

MOST_MONTHS_BEFORE = 12  # from the day when the work was done to that when the case came in


def finish(act: Transition) -> DomainEvent:
    """Set the case done and its promise, if there is one, kept; return the event to record.

    From now on the case may be contested, for as many calendar days as the policy says. If the last of these is no
    working day, the next working day is the last. Raises `DateOutside` when the change says that the work was done on a
    day to come, or more than a year before anybody asked.
    """
    case, was, calendar, done_on = act.case, act.was, calendar_of(act.session), act.change.done_on
    if done_on is not None and act.entry.by.kind is not ActorKind.IMPORT:
        check_done_on(case, done_on, act.today, calendar)
    case.stop_waiting()
    case.state = State.DONE
    case.set_life_clock(None)
    case.statutory_due_at = case.statutory_at = None
    object_by = start_time_to_object(case, act.today, calendar)
    settle(act.writer, case, "kept", act.at)
    take_off_agenda(act.session, case, act.at)
    return CaseDone(
        responsible=case.responsible.slug,
        object_by=object_by.isoformat(),
        previous=was,
        done_on=done_on.isoformat() if done_on else None,
    )


def start_time_to_object(case: Case, today: date, calendar: Calendar) -> date:
    """Start the clock that closes a done case, counted from this local day; return the last day to object.

    When that is no working day, the next one is the last.
    """
    object_by = calendar.roll_forward(today + timedelta(days=case.terms.object_calendar_days))
    case.set_state_clock(clocks.at_end_of(object_by, case.cycle + 1, calendar))
    return object_by


def check_done_on(case: Case, done_on: date, today: date, calendar: Calendar) -> None:
    """Raise `DateOutside` when the case cannot have been done on this local day.

    What was done just before it was asked for, or before the plan was adopted, may be told; not what is older.
    """
    earliest = add_months(calendar.day_of(case.received_at), -MOST_MONTHS_BEFORE)
    if not earliest <= done_on <= today:
        raise DateOutside(field="done_on", earliest=earliest, latest=today)


def close(act: Transition) -> DomainEvent:
    """End a done case that nobody contested; return the event to record.

    If the case is a duty that recurs, the next duty is created; an import does that itself, where it is lacking.
    """
    act.case.end(State.CLOSED, act.at)
    if act.entry.by.kind is not ActorKind.IMPORT:
        next_duty(act.writer, act.case, by=act.entry.by, at=act.at)
    return CaseClosed()


def decline(act: Transition) -> DomainEvent:
    """End the case as declined, and drop the promise made about it, if any; return the event to record."""
    was = act.was
    settle(act.writer, act.case, "dropped", act.at)
    take_off_agenda(act.session, act.case, act.at)
    act.case.end(State.DECLINED, act.at)
    return CaseDeclined(previous=was, junk=True if act.case.junk_since else None)


def merge(act: Transition) -> DomainEvent:
    """End the case as merged into the one whose reference the change names in `into`; return the event to record.

    Drops the promise made about the case, if any. Raises `UnknownName` when there is no such other case, and
    `MergedIntoItself` when it is this case, has ended, or is being merged into this one at the same moment.
    """
    settle(act.writer, act.case, "dropped", act.at)
    take_off_agenda(act.session, act.case, act.at)
    return merge_into(act.session, act.case, act.change.into or "", by=act.entry.by, at=act.at)
