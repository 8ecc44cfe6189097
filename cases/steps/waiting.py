"""Waiting: a case waits for somebody's answer, and goes on when the answer comes."""

from datetime import date, timedelta

from cases.access.actors import MACHINES, ActorKind
from cases.case import WAITING_FOR_REPORTER
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.events import CaseAnswered, CaseWaiting, DomainEvent
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaReason, put_on_agenda
from cases.meetings.meeting import coming_meetings
from cases.organisation.units import Unit, unit_named
from cases.public.protection import is_protected
from cases.refusals import FieldNotUsed, NameNeeded, ProtectedIdentity, UnknownName, WordsNeeded
from cases.states import State
from cases.steps.taking_on import restart_life_clock
from cases.steps.transition import Transition, enter_state, working_days_from_now

AWAITED = frozenset({"reporter", "unit", "other"})


def wait(act: Transition) -> DomainEvent:
    """Let the case wait for the reporter, a unit or somebody outside; return the event to record.

    On its due day the unit should ask again. `act.change` may name that day; otherwise the policy says in how many
    working days it comes. Raises `DateOutside` for a day later than the policy allows, `NameNeeded` when it does not
    say who is waited for, `UnknownName` for a kind of waiting or a unit that there is not, and `WordsNeeded` for a
    question without words. A case that waits for a body that meets is put on its agenda, and is followed up on the
    working day after its next ordinary meeting, or after a later one that is planned; `ProtectedIdentity` when its
    reporter lives under protected identity, except for an import, which only tells what was so.
    """
    case, awaited, was = act.case, act.change.waiting_for, act.was
    if awaited is None:
        raise NameNeeded(field="waiting_for")
    if awaited.kind not in AWAITED:
        raise UnknownName(field="waiting_for", name=awaited.kind)
    unit = act.writer.find(unit_named, awaited.unit or "", field="waiting_for") if awaited.kind == "unit" else None
    if awaited.kind == "other" and not visible(awaited.name or ""):
        raise NameNeeded(field="waiting_for")
    if awaited.kind == WAITING_FOR_REPORTER or (unit is not None and unit.holds_cases):
        _refuse_empty_question(act)
    if case.state is not State.WAITING:
        case.waiting_from, case.waiting_from_due_at = case.state, case.due_at
    body = unit if unit is not None and unit.has_agenda else None
    if body is not None and act.entry.by.kind is not ActorKind.IMPORT and is_protected(act.session, case):
        raise ProtectedIdentity(field="waiting_for")
    usual, latest = _follow_up(act, body)
    due_on = enter_state(act, State.WAITING, act.change.due_on or usual, latest=latest)
    case.waiting_for, case.waiting_unit_id = awaited.kind, unit.id if unit else None
    case.set_relationship("waiting_unit", unit)
    if body is not None:
        put_on_agenda(act.session, case, AgendaReason.WAITS, act.entry, body)
    case.waiting_name, case.waiting_their_ref = awaited.name, awaited.their_ref
    return CaseWaiting(waiting_for=awaited.kind, follow_up_on=due_on, unit=unit.slug if unit else None, previous=was)


def _follow_up(act: Transition, body: Unit | None) -> tuple[date, date]:
    """Return the day on which the unit should ask again, and the latest day that may be chosen for that."""
    usual = working_days_from_now(act, act.terms.waiting_days)
    latest = working_days_from_now(act, act.terms.waiting_most_days)
    meetings = coming_meetings(act.session, act.today, body.slug) if body is not None else []
    if not meetings:
        return usual, latest
    roll_forward = calendar_of(act.session).roll_forward
    after = [roll_forward(meeting.held_on + timedelta(days=1)) for meeting in meetings]
    return after[0], max(*after, latest)


def _refuse_empty_question(act: Transition) -> None:
    """Refuse a question that whoever is asked by mail or telephone could not read, except of an import.

    Boards, the forum and the council are not asked so: they meet about the case itself.
    """
    if act.entry.by.kind in MACHINES:
        return
    if not act.change.words:
        raise WordsNeeded(field="note", step=act.step.name)
    if act.change.visibility is Visibility.INTERNAL:
        raise FieldNotUsed(field="visibility")


def answered(act: Transition) -> DomainEvent:
    """Set a waiting case back to the state that it had before; return the event to record.

    The change may name the new due day. Otherwise a case that was planned or in progress keeps its former due day, if
    that is after today. In all other cases the policy says in how many working days the case is due.
    """
    case, back_to = act.case, act.case.waiting_from or State.ASSIGNED
    former = calendar_of(act.session).day_of(case.waiting_from_due_at) if case.waiting_from_due_at else act.today
    usual_days = {State.RECEIVED: act.terms.look_days, State.IN_PROGRESS: act.terms.progress_days}
    usual = working_days_from_now(act, usual_days.get(back_to, act.terms.answer_days))
    keeps_former = back_to in {State.PLANNED, State.IN_PROGRESS} and former > act.today
    due_on = enter_state(act, back_to, act.change.due_on or (former if keeps_former else usual))
    if back_to is State.IN_PROGRESS:
        restart_life_clock(act.session, case, act.at)
    return CaseAnswered(to=back_to, due_on=due_on, channel=act.change.channel)
