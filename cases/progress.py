"""Progress: one change of state, by somebody who may, with the words and the date that it needs."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.history.events import DomainEvent
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Visibility
from cases.history.writers import EntryWriter
from cases.promises import promise
from cases.refusals import DateNeeded, NameNeeded, NotAllowed, StaleVersion, TooLong, TransitionNotAllowed, WordsNeeded
from cases.states import State, Step, steps_between
from cases.steps import assigning, contesting, ending, parking, taking_on, waiting
from cases.steps.transition import Change, Transition, WaitingFor, checked_day

__all__ = ["EFFECTS", "Change", "WaitingFor", "change_state", "take_step"]


EFFECTS: dict[str, Callable[[Transition], DomainEvent]] = {
    "assign": assigning.assign,
    "hand_over": assigning.hand_over,
    "appoint": assigning.appoint,
    "send_back": assigning.send_back,
    "plan": taking_on.plan,
    "start": taking_on.start,
    "wait": waiting.wait,
    "answer": waiting.answered,
    "park": parking.park,
    "take_up": parking.take_up,
    "finish": ending.finish,
    "contest": contesting.contest,
    "reopen": contesting.reopen,
    "close": ending.close,
    "decline": ending.decline,
    "merge": ending.merge,
}


def change_state(session: Session, case: Case, change: Change, *, by: Actor, at: datetime) -> list[int]:
    """Take the step to `change.to`; give the ids of the events that it wrote.

    The case must be locked (`case_to_change`). Refuses a stale version, a step that the life of a case lacks or that
    the actor may not take, and words, dates and names that are missing or wrong.
    """
    return take_step(EntryWriter(session), case, change, by=by, at=at)


def take_step(writer: EntryWriter, case: Case, change: Change, *, by: Actor, at: datetime) -> list[int]:
    """Take the step as `change_state` does, written by this writer; return what `record` returns."""
    _refuse_stale(writer.session, case, change)
    step = _step_for(case, change, by)
    _refuse_lacking(step, change)
    entry = Entry(case, by=by, at=at)
    act = Transition(writer, case, change, step, entry)
    happening = EFFECTS[step.name](act)
    if by.person_id is not None:
        case.touch(at)
    entry.add(happening, SpokenWords("note", change.words, _visibility(step, change)))
    _promise(act)
    return writer.record(entry)


def _refuse_stale(session: Session, case: Case, change: Change) -> None:
    if change.version is None or change.version >= case.changed_version:
        return
    since = session.execute(
        select(Event.seq, Event.type).where(Event.stream == case.id, Event.seq > change.version).order_by(Event.seq)
    )
    raise StaleVersion(version=case.version, since=tuple((seq, type_) for seq, type_ in since))


def _step_for(case: Case, change: Change, by: Actor) -> Step:
    candidates = [step for step in steps_between(case.state, change.to) if _is_meant(step, case, change)]
    if not candidates:
        raise TransitionNotAllowed(state=case.state, to=change.to)
    who = by.roles_in(case)
    for step in candidates:
        if step.who & who:
            return step
    if by.kind in {"import", "command"}:
        return candidates[0]
    raise NotAllowed(step=candidates[0].name)


def _is_meant(step: Step, case: Case, change: Change) -> bool:
    """Return whether this is the step that was chosen or, when none was, the one that fits what was given."""
    if step.name == "answer" and step.to is not case.waiting_from:
        return False
    return _fits(step, case, change) if change.step is None else step.name == change.step


def _fits(step: Step, case: Case, change: Change) -> bool:
    """Return whether what was given tells this step from the others between the same two states."""
    stays = change.responsible in {None, case.responsible.slug}
    if step.name in {"hand_over", "appoint"}:
        return stays is (step.name == "appoint")
    if step.name == "assign" and case.waiting_from is State.ASSIGNED:
        return change.responsible is not None
    return True


def _refuse_lacking(step: Step, change: Change) -> None:
    for need in step.needs:
        if need in {"note", "reason"} and not change.words:
            raise WordsNeeded(field=need)
        if need == "due_on" and change.due_on is None:
            raise DateNeeded(field=need)
        if need in {"responsible", "officer", "waiting_for", "into"} and getattr(change, need) is None:
            raise NameNeeded(field=need)
    if len(change.words) > LONGEST_TEXT:
        raise TooLong(field="note", most=LONGEST_TEXT)


def _visibility(step: Step, change: Change) -> Visibility:
    """Reasons are public (G7): only a note that no rule asks for may be kept from those who take part.

    What the one who asked says against it is no reason of the house's: nobody has read it before all would.
    """
    if step.name == "contest":
        return Visibility.PARTICIPANTS
    return change.visibility if not {"reason", "note"} & set(step.needs) else Visibility.PUBLIC


def _promise(act: Transition) -> None:
    """What the one who asked is told: by default the date that a case is planned for."""
    asked = act.change.promised_on
    if act.step.name == "plan" and asked is None:
        asked = act.change.due_on
    if asked is None or not act.case.is_open or act.case.state is State.DONE:
        return
    day = checked_day(act, asked, earliest=act.today, latest=None, field="promised_on")
    promise(act.writer, act.case, day, act.entry)
