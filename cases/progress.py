"""Changing the state of a case: permission, required words and dates, and the effect of each step."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import MACHINES, Actor, ActorKind
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.history.events import ByLetter, DomainEvent
from cases.history.journal import Entry, Event, SpokenWords
from cases.history.words import Visibility
from cases.history.writers import EntryWriter
from cases.meetings.agenda_items import AgendaReason, take_off_agenda
from cases.promises import may_be_promised, promise
from cases.reading.event_readers import may_read_event
from cases.refusals import (
    DateNeeded,
    FieldNotUsed,
    NameNeeded,
    NotAllowed,
    RecordNeeded,
    RecordStands,
    StaleVersion,
    TooLong,
    TransitionNotAllowed,
    WordsNeeded,
)
from cases.states import ENDS, HOLDERS, MOVES_DAY, OPEN, TAKES_BACK, State, Step, steps_between
from cases.steps import assigning, confirming, contesting, ending, parking, taking_on, waiting
from cases.steps.present_policy import use_present_policy
from cases.steps.transition import Change, Transition, WaitingFor, checked_day

__all__ = ["EFFECTS", "Change", "WaitingFor", "change_state", "take_step"]


REFUSED_UNUSED = (
    "responsible", "officer", "due_on", "promised_on", "waiting_for", "into", "done_on", "done_by",
)  # fmt: skip
LONGEST_NAME = 200  # characters
WORDS = frozenset({"note", "reason"})
TAKEN_SERIOUSLY = frozenset(
    {"assign", "plan", "start", "wait", "finish", "park", "merge"}
)  # by a person: it is no junk
KEEPS_UNIT = frozenset({"plan", "start", "appoint"})
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
    "confirm": confirming.confirm,
    "reopen": contesting.reopen,
    "close": ending.close,
    "decline": ending.decline,
    "merge": ending.merge,
}


def change_state(session: Session, case: Case, change: Change, *, by: Actor, at: datetime) -> list[int]:
    """Change the state of the case to `change.to`; return the ids of the events written, in order.

    The case must be locked (`case_to_change`). Raises `StaleVersion` when somebody has changed the case since
    `change.version`, `TransitionNotAllowed` when no step leads from the case's state to `change.to`, `NotAllowed` when
    the actor may not take the step, and a `FieldRefusal` when words, a date or a name are missing or wrong.
    """
    return take_step(EntryWriter(session), case, change, by=by, at=at)


def take_step(writer: EntryWriter, case: Case, change: Change, *, by: Actor, at: datetime) -> list[int]:
    """Change the state of the case to `change.to`, with rows and events written by `writer`; return the events' ids.

    An `EntryWriter` writes at once. A `DeferredWriter`, its subclass, writes at the end of the block
    `cases.history.bulk_entries.written_in_bulk`: the list is then empty. Refuses what `change_state` refuses.
    """
    refuse_stale(writer.session, case, change.version, by=by)
    step = _step_for(case, change, by)
    _refuse_without_record(step, case, change)
    _refuse_moved_day(step, case, by)
    _refuse_incomplete(step, change)
    _refuse_unused(step, case, change, by)
    _refuse_empty_answer(step, case, change, by)
    entry, asked = Entry(case, by=by, at=at), case.waiting_unit_id
    transition = Transition(writer, case, change, step, entry)
    if change.then_owes is not None or (case.junk_since is not None and step.name in TAKEN_SERIOUSLY):
        case.obligation, case.junk_since = change.then_owes or case.obligation, None
        use_present_policy(writer, case, at)
    event = _with_letter(EFFECTS[step.name](transition), change)
    if case.state is not State.DONE:
        case.unread_reply = None
    if asked is not None and case.waiting_unit_id != asked:
        take_off_agenda(writer.session, case, at, why=AgendaReason.WAITS)
    if by.person_id is not None or by.unit_id is not None:
        case.touch(at)
    readers = _visibility(step, case, change, by)
    entry.add(
        event,
        SpokenWords("note", change.words, readers),
        SpokenWords("done_by", visible(change.done_by or ""), readers),
        SpokenWords("who", visible(change.signed or ""), Visibility.PARTICIPANTS),
    )
    _promise(transition)
    for record, words in change.records:
        entry.add(record, *words)
    return writer.record(entry)


def _with_letter(event: DomainEvent, change: Change) -> DomainEvent:
    """Return the event with the number of the letter whose link caused it, if one did."""
    if change.delivery is None:
        return event
    if not isinstance(event, ByLetter):
        raise TypeError(f"{event.type} cannot be caused by a letter")
    by_letter: DomainEvent = replace(event, **{"delivery": change.delivery})
    return by_letter


def refuse_stale(session: Session, case: Case, version: int | None, *, by: Actor) -> None:
    """Raise `StaleVersion`, with the events since that the actor may read, if the case has changed after `version`."""
    if version is None or version >= case.changed_version:
        return
    later = select(Event.seq, Event.type, Event.facts).where(Event.stream == case.id, Event.seq > version)
    since = [
        (seq, type_)
        for seq, type_, facts in session.execute(later.order_by(Event.seq))
        if may_read_event(by, case, type_, facts)
    ]
    raise StaleVersion(version=case.version, since=tuple(since))


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
    """Return whether the change means this step: by its name or, when the change names none, by its fields."""
    if step.name == "answer" and step.to is not case.waiting_from:
        return False
    return _fits(step, case, change) if change.step is None else step.name == change.step


def _fits(step: Step, case: Case, change: Change) -> bool:
    """Return whether the fields of the change select this step among those between the same two states."""
    stays = change.responsible in {None, case.responsible.slug}
    if step.name in {"hand_over", "appoint"}:
        return stays is (step.name == "appoint")
    if step.name == "assign" and case.waiting_from is State.ASSIGNED:
        return change.responsible is not None
    return True


def _refuse_without_record(step: Step, case: Case, change: Change) -> None:
    """Refuse to end a case that owes something without what it owes, and to take back what has been given."""
    if case.obligation is None:
        return
    if step.name in ENDS and change.fulfils != case.obligation:
        raise RecordNeeded(obligation=case.obligation)
    if step.name in TAKES_BACK:
        raise RecordStands(obligation=case.obligation)


def _refuse_moved_day(step: Step, case: Case, by: Actor) -> None:
    """Refuse to move the day of a case that owes something, except by the desk, which agrees on it with who owes it."""
    if case.obligation is not None and step.name in MOVES_DAY and not by.is_contact:
        raise NotAllowed(step=step.name)


def _refuse_incomplete(step: Step, change: Change) -> None:
    for need in step.needs:
        if need in {"note", "reason"} and not change.words:
            raise WordsNeeded(field=need, step=step.name)
        if need == "due_on" and change.due_on is None:
            raise DateNeeded(field=need)
        if need in {"responsible", "officer", "waiting_for", "into"} and getattr(change, need) is None:
            raise NameNeeded(field=need)
    if len(change.words) > LONGEST_TEXT:
        raise TooLong(field="note", most=LONGEST_TEXT)
    for field, name in (("done_by", change.done_by), ("who", change.signed)):
        if len(name or "") > LONGEST_NAME:
            raise TooLong(field=field, most=LONGEST_NAME)


def _refuse_empty_answer(step: Step, case: Case, change: Change, by: Actor) -> None:
    """Refuse an answer without words by somebody who is asked. Those who hold the case may go on without an answer."""
    holds = by.kind in MACHINES or by.is_contact or by.roles_in(case) & set(HOLDERS)
    if step.name == "answer" and not change.words and not holds:
        raise WordsNeeded(field="note", step=step.name)


def _taken_by(step: Step, case: Case, change: Change, by: Actor) -> set[str]:
    """Return the fields that the step takes from this actor, beside those that `step` names.

    Those who have the case may promise a day with every step that leaves it open, and may name the unit that has it;
    naming another one is refused as a step that is not theirs. Whoever answers without having the case sets no day, and
    nor does whoever owes what the case is about.
    """
    takes = {*step.needs, *step.may_have}
    if not (by.is_contact or by.roles_in(case) & set(HOLDERS)):
        return takes - {"due_on"}
    if case.obligation is not None and not by.is_contact:
        takes.discard("due_on")
    if step.to in OPEN - {State.DONE}:
        takes.add("promised_on")
    if step.name in KEEPS_UNIT and (change.responsible == case.responsible.slug or not by.is_contact):
        takes.add("responsible")
    return takes


def _refuse_unused(step: Step, case: Case, change: Change, by: Actor) -> None:
    """Refuse each field that the step does not take, rather than ignore what somebody meant by it.

    An import tells what was so, with all that its row says.
    """
    if by.kind is ActorKind.IMPORT:
        return
    takes = _taken_by(step, case, change, by)
    unused = [name for name in REFUSED_UNUSED if name not in takes and getattr(change, name) is not None]
    if change.words and not takes & WORDS:
        unused.append("reason" if change.reason else "note")
    if change.reason and change.note and visible(change.reason) != visible(change.note):
        unused.append("reason" if "note" in takes else "note")  # only one of them would be kept
    if change.visibility not in _visibilities(step, by):
        unused.append("visibility")
    if unused:
        raise FieldNotUsed(field=unused[0])


def _visibilities(step: Step, by: Actor) -> frozenset[Visibility]:
    """Return the visibilities that a change may ask for: words that a step requires are read by who asked (G7)."""
    if step.name == "contest":
        return frozenset({Visibility.PUBLIC, Visibility.PARTICIPANTS})
    if WORDS & set(step.needs):
        return frozenset({Visibility.PUBLIC})
    return frozenset(Visibility) if by.is_staff else frozenset(Visibility) - {Visibility.INTERNAL}


def _visibility(step: Step, case: Case, change: Change, by: Actor) -> Visibility:
    """Return who may read the words: words that a step requires are public (G7), others as the change says.

    What is written by somebody who neither works for the municipality nor in the responsible unit goes to participants
    only: nobody has read it before it would be published.
    """
    if step.name == "contest":
        return Visibility.PARTICIPANTS
    if WORDS & set(step.needs):
        return Visibility.PUBLIC
    is_own = by.is_staff or by.is_in(case.responsible_id)
    return change.visibility if is_own or change.visibility is not Visibility.PUBLIC else Visibility.PARTICIPANTS


def _promise(transition: Transition) -> None:
    """Promise the reporter the day that the change names; for the step "plan" by default the due day.

    An import promises nothing by default: nobody was told of the day.
    """
    case, day = transition.case, transition.change.promised_on
    if transition.step.name == "plan" and day is None and transition.entry.by.kind is not ActorKind.IMPORT:
        day = transition.change.due_on
    if day is None or not case.is_open or case.state is State.DONE or not may_be_promised(case):
        return
    day = checked_day(transition, day, earliest=transition.today, latest=None, field="promised_on")
    promise(transition.writer, case, day, transition.entry)
