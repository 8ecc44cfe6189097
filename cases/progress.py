"""Progress: one change of state, by somebody who may, with the words and the date that it needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases import clocks
from cases.calendar import add_months
from cases.case import Case
from cases.database import calendar_of
from cases.duties import next_duty
from cases.events import (
    CaseAnswered,
    CaseAssigned,
    CaseClosed,
    CaseContested,
    CaseDeclined,
    CaseDone,
    CaseParked,
    CasePlanned,
    CaseReopened,
    CaseSentBack,
    CaseStarted,
    CaseTakenUp,
    CaseWaiting,
    Happening,
)
from cases.history import Entry, Event, Said
from cases.merging import merge
from cases.people import Actor, Membership, Person
from cases.policies import Terms, matching
from cases.promises import promise, settle
from cases.refusals import (
    CannotHoldCases,
    DateNeeded,
    DateOutside,
    NameNeeded,
    NotAllowed,
    StaleVersion,
    TooLong,
    TransitionNotAllowed,
    UnknownName,
    WordsNeeded,
)
from cases.states import State, Step, steps_between
from cases.units import Unit, the_desk, unit_named
from cases.words import Visibility

MOST_YEARS_AHEAD = 10
LONGEST_NOTE = 20_000


@dataclass(frozen=True)
class WaitingFor:
    """Whom a case waits for: "reporter", a "unit" by slug, or an "other" one by name, with their reference."""

    kind: str
    unit: str | None = None
    name: str | None = None
    their_ref: str | None = None


@dataclass(frozen=True)
class Change:
    """What somebody wants. `version` is the one they read; days are local; officer is a mail address."""

    to: State
    note: str | None = None
    reason: str | None = None
    version: int | None = None
    responsible: str | None = None
    officer: str | None = None
    due_on: date | None = None
    promised_on: date | None = None
    waiting_for: WaitingFor | None = None
    into: str | None = None
    visibility: Visibility = Visibility.PUBLIC

    @property
    def words(self) -> str:
        """The reason or the note, whichever was given."""
        return (self.reason or self.note or "").strip()


@dataclass
class Act:
    """One change being made: what an effect needs to know."""

    session: Session
    case: Case
    change: Change
    step: Step
    entry: Entry

    @property
    def at(self) -> datetime:
        """The moment of the change, UTC."""
        return self.entry.at

    @property
    def today(self) -> date:
        """The local day of the change."""
        return calendar_of(self.session).day_of(self.at)

    @property
    def terms(self) -> Terms:
        """The clocks of the case's policy."""
        return self.case.terms

    @property
    def was(self) -> str:
        """The state before."""
        return self.case.state.value


def change_state(session: Session, case: Case, change: Change, *, by: Actor, at: datetime) -> list[int]:
    """Take the step to `change.to`; give the ids of the events that it wrote.

    The case must be locked (`case_to_change`). Refuses a stale version, a step that the life of a case lacks or that
    the actor may not take, and words, dates and names that are missing or wrong.
    """
    _refuse_stale(session, case, change)
    step = _step_for(case, change, by)
    _refuse_lacking(step, change)
    entry = Entry(case, by=by, at=at)
    act = Act(session, case, change, step, entry)
    happening = EFFECTS[step.name](act)
    if by.person_id is not None:
        case.last_act_at = at
    entry.add(happening, Said("note", change.words, _visibility(step, change)))
    _promise(act)
    return entry.write(session)


def use_present_policy(session: Session, case: Case, at: datetime) -> None:
    """Let the case follow the policy of today for its kind, category and place; the law's clock with it."""
    policy = matching(session, case.kind, case.category_id, case.place_id)
    if policy.id == case.policy_id:
        return
    case.policy_id = policy.id
    case.show("policy", policy)
    set_statutory(session, case, at)


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
    who = by.to(case)
    for step in candidates:
        if step.who & who:
            return step
    if by.kind in {"import", "command"}:
        return candidates[0]
    raise NotAllowed(step=candidates[0].name)


def _is_meant(step: Step, case: Case, change: Change) -> bool:
    """Tell apart steps between the same two states by what was given."""
    if step.name == "hand_over":
        return change.responsible is not None and change.responsible != case.responsible.slug
    if step.name == "appoint":
        return change.responsible in {None, case.responsible.slug}
    if step.name == "answer":
        return step.to is case.waiting_from
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
    if len(change.words) > LONGEST_NOTE:
        raise TooLong(field="note", most=LONGEST_NOTE)


def _visibility(step: Step, change: Change) -> Visibility:
    """Reasons are public (G7): only a note that no rule asks for may be kept from those who take part."""
    return change.visibility if not {"reason", "note"} & set(step.needs) else Visibility.PUBLIC


def _assign(act: Act) -> Happening:
    change, case, was = act.change, act.case, act.was
    before = case.responsible.slug
    unit = _holder(act.session, change.responsible or "")
    case.give_to(unit, _officer(act.session, change.officer, unit, act.today))
    due_on = _begin(act, State.ASSIGNED, change.due_on or _after(act, act.terms.answer_days))
    return CaseAssigned(
        responsible=unit.slug, due_on=due_on, officer=case.officer_id, previous=was, responsible_was=before
    )


def _appoint(act: Act) -> Happening:
    """Another officer of the same unit. Nobody has answered yet: its clock runs on."""
    case, unit = act.case, act.case.responsible
    case.give_to(unit, _officer(act.session, act.change.officer, unit, act.today))
    due_on = calendar_of(act.session).day_of(case.state_clock.due_at).isoformat()
    return CaseAssigned(
        responsible=unit.slug, due_on=due_on, officer=case.officer_id, previous=act.was, responsible_was=unit.slug
    )


def _send_back(act: Act) -> Happening:
    by_unit = act.case.responsible.slug
    act.case.sent_back_count += 1
    _to_desk(act)
    return CaseSentBack(by_unit=by_unit, due_on=_begin(act, State.RECEIVED, _after(act, act.terms.look_days)))


def _plan(act: Act) -> Happening:
    was, unit = act.was, _keeps_or_takes(act)
    due_on = _begin(act, State.PLANNED, act.change.due_on)
    asked = act.change.due_on.isoformat() if act.change.due_on else None
    return CasePlanned(
        responsible=unit.slug, due_on=due_on, previous=was, officer=act.case.officer_id,
        asked_for=asked if asked != due_on else None,
    )  # fmt: skip


def _start(act: Act) -> Happening:
    was, unit = act.was, _keeps_or_takes(act)
    due_on = _begin(act, State.IN_PROGRESS, act.change.due_on or _after(act, act.terms.progress_days))
    show_life(act.session, act.case, act.at)
    return CaseStarted(responsible=unit.slug, due_on=due_on, previous=was, officer=act.case.officer_id)


def _wait(act: Act) -> Happening:
    case, wanted, was = act.case, act.change.waiting_for, act.was
    if wanted is None:
        raise NameNeeded(field="waiting_for")
    latest = calendar_of(act.session).add_working_days(act.today, act.terms.waiting_most_days)
    if case.state is not State.WAITING:
        case.waiting_from, case.waiting_from_due_at = case.state, case.due_at
    unit = unit_named(act.session, wanted.unit or "", field="waiting_for") if wanted.kind == "unit" else None
    if wanted.kind == "other" and not (wanted.name or "").strip():
        raise NameNeeded(field="waiting_for")
    due_on = _begin(act, State.WAITING, act.change.due_on or _after(act, act.terms.waiting_days), latest=latest)
    case.waiting_for, case.waiting_unit_id = wanted.kind, unit.id if unit else None
    case.show("waiting_unit", unit)
    case.waiting_name, case.waiting_their_ref = wanted.name, wanted.their_ref
    return CaseWaiting(waiting_for=wanted.kind, follow_up_on=due_on, unit=unit.slug if unit else None, previous=was)


def answered(act: Act) -> Happening:
    """Go on where the case was before it waited; a date that has passed meanwhile is set anew."""
    case, back_to = act.case, act.case.waiting_from or State.ASSIGNED
    kept = calendar_of(act.session).day_of(case.waiting_from_due_at) if case.waiting_from_due_at else act.today
    fresh = {State.RECEIVED: act.terms.look_days, State.IN_PROGRESS: act.terms.progress_days}
    usual = _after(act, fresh.get(back_to, act.terms.answer_days))
    goes_on = back_to in {State.PLANNED, State.IN_PROGRESS} and kept > act.today
    case.stop_waiting()
    due_on = _begin(act, back_to, act.change.due_on or (kept if goes_on else usual))
    if back_to is State.IN_PROGRESS:
        show_life(act.session, case, act.at)
    return CaseAnswered(to=back_to, due_on=due_on)


def _park(act: Act) -> Happening:
    was, latest = act.was, add_months(act.today, act.terms.parked_most_months)
    due_on = _checked_day(act, act.change.due_on, earliest=act.today + timedelta(days=1), latest=latest)
    act.case.stop_waiting()
    act.case.state = State.PARKED
    act.case.set_life_clock(None)
    act.case.set_state_clock(clocks.on_the_morning(due_on, act.case.cycle + 1, calendar_of(act.session)))
    return CaseParked(until=due_on.isoformat(), previous=was)


def take_up(act: Act) -> Happening:
    """Come back from being parked: to the desk, with a new clock and the policy of today."""
    use_present_policy(act.session, act.case, act.at)
    _to_desk(act)
    due_on = _begin(act, State.RECEIVED, _after(act, act.terms.look_days))
    return CaseTakenUp(responsible="desk", due_on=due_on)


def _finish(act: Act) -> Happening:
    case, was, calendar = act.case, act.was, calendar_of(act.session)
    object_by = calendar.roll_forward(act.today + timedelta(days=act.terms.object_calendar_days))
    case.stop_waiting()
    case.state = State.DONE
    case.set_life_clock(None)
    case.statutory_due_at = case.statutory_at = None
    case.set_state_clock(clocks.at_end_of(object_by, case.cycle + 1, calendar))
    settle(act.session, case, "kept", act.at)
    return CaseDone(responsible=case.responsible.slug, object_by=object_by.isoformat(), previous=was)


def _contest(act: Act) -> Happening:
    return CaseContested(responsible=act.case.responsible.slug, due_on=_come_back(act))


def _reopen(act: Act) -> Happening:
    case, was = act.case, act.was
    use_present_policy(act.session, case, act.at)
    if act.change.responsible:
        unit = _holder(act.session, act.change.responsible)
    else:
        unit = case.responsible if case.responsible.holds_cases else the_desk(act.session)
    case.give_to(unit, _officer(act.session, act.change.officer, unit, act.today))
    case.ended_at = case.merged_into_id = None
    case.show("merged_into", None)
    if was == State.CLOSED:
        case.every_months = None  # the duty after it carries the recurrence on
    return CaseReopened(responsible=unit.slug, due_on=_come_back(act), previous=was, officer=case.officer_id)


def _come_back(act: Act) -> str:
    """Ask for an answer once more: what was promised is past, what the law asks is not. Give the due day."""
    act.case.promised_on = None
    due_on = _begin(act, State.ASSIGNED, _after(act, act.terms.answer_days))
    set_statutory(act.session, act.case, act.at)
    return due_on


def _decline(act: Act) -> Happening:
    was = act.was
    settle(act.session, act.case, "dropped", act.at)
    act.case.end(State.DECLINED, act.at)
    return CaseDeclined(previous=was)


def _merge(act: Act) -> Happening:
    settle(act.session, act.case, "dropped", act.at)
    return merge(act.session, act.case, act.change.into or "", by=act.entry.by, at=act.at)


def _close(act: Act) -> Happening:
    act.case.end(State.CLOSED, act.at)
    next_duty(act.session, act.case, by=act.entry.by, at=act.at)
    return CaseClosed()


EFFECTS: dict[str, Callable[[Act], Happening]] = {
    "assign": _assign,
    "hand_over": _assign,
    "appoint": _appoint,
    "send_back": _send_back,
    "plan": _plan,
    "start": _start,
    "wait": _wait,
    "answer": answered,
    "park": _park,
    "take_up": take_up,
    "finish": _finish,
    "contest": _contest,
    "reopen": _reopen,
    "close": _close,
    "decline": _decline,
    "merge": _merge,
}


def _begin(act: Act, state: State, due_on: date | None, *, latest: date | None = None) -> str:
    """Enter a state whose clock climbs the ladder; give its due day, rolled forward, as ISO."""
    case, calendar = act.case, calendar_of(act.session)
    day = _checked_day(act, due_on, earliest=act.today, latest=latest)
    if state is not State.WAITING:
        case.stop_waiting()
    case.state = state
    case.set_life_clock(None)
    case.set_state_clock(clocks.laddered(day, case.cycle + 1, act.at, act.terms, calendar))
    return day.isoformat()


def _checked_day(act: Act, day: date | None, *, earliest: date, latest: date | None, field: str = "due_on") -> date:
    if day is None:
        raise DateNeeded(field=field)
    last = latest or add_months(act.today, 12 * MOST_YEARS_AHEAD)
    if not earliest <= day <= last and not _replays_history(act):
        raise DateOutside(field=field, earliest=earliest.isoformat(), latest=last.isoformat())
    return calendar_of(act.session).roll_forward(day)


def _replays_history(act: Act) -> bool:
    return act.entry.by.kind == "import"


def _after(act: Act, working_days: int) -> date:
    return calendar_of(act.session).add_working_days(act.today, working_days)


def _promise(act: Act) -> None:
    """What the one who asked is told: by default the date that a case is planned for."""
    asked = act.change.promised_on
    if act.step.name == "plan" and asked is None:
        asked = act.change.due_on
    if asked is None or not act.case.is_open or act.case.state is State.DONE:
        return
    day = _checked_day(act, asked, earliest=act.today, latest=None, field="promised_on")
    promise(act.session, act.case, day, act.entry)


def show_life(session: Session, case: Case, at: datetime) -> None:
    """Begin the sign-of-life clock of a case in progress anew, unless its own date comes first."""
    calendar, terms = calendar_of(session), case.terms
    day = calendar.add_working_days(calendar.day_of(at), terms.life_days)
    if case.state is not State.IN_PROGRESS or case.due_at is None or day >= calendar.day_of(case.due_at):
        case.set_life_clock(None)
        return
    clock = clocks.laddered(day, case.life_cycle + 1, at, terms, calendar)
    case.set_life_clock(replace(clock, rung=clocks.DAY_RUNG, fires_at=calendar.morning_of(day)))


def set_statutory(session: Session, case: Case, at: datetime) -> None:
    """Begin the law's clock of a proposal that has been raised in the council anew; none once it is done."""
    clock = None
    if case.raised_on is not None and case.is_open and case.state is not State.DONE:
        clock = clocks.statutory(case.raised_on, 0, at, case.terms, calendar_of(session))
    if clock is None:
        case.statutory_due_at = case.statutory_at = None
    else:
        case.statutory_cycle += 1
        case.statutory_due_at, case.statutory_rung, case.statutory_at = clock.due_at, clock.rung, clock.fires_at
    case.find_next()


def _to_desk(act: Act) -> None:
    act.case.give_to(the_desk(act.session))


def _keeps_or_takes(act: Act) -> Unit:
    """The unit goes on being responsible; its own officer may be named with the step."""
    unit, officer = act.case.responsible, act.case.officer
    if act.change.responsible and act.change.responsible != unit.slug:
        if "responsible" not in act.step.may_have:
            raise NotAllowed(step="assign")
        unit, officer = _holder(act.session, act.change.responsible), None
    if act.change.officer:
        officer = _officer(act.session, act.change.officer, unit, act.today)
    act.case.give_to(unit, officer)
    return unit


def _holder(session: Session, slug: str) -> Unit:
    unit = unit_named(session, slug, field="responsible")
    if not unit.holds_cases:
        raise CannotHoldCases(field="responsible", name=slug)
    return unit


def _officer(session: Session, email: str | None, unit: Unit, today: date) -> Person | None:
    if not email:
        return None
    officer = session.scalar(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Person.email == email.strip().lower(), Person.active, Membership.unit_id == unit.id)
        .where(Membership.until.is_(None) | (Membership.until > today))
        .limit(1)
    )
    if officer is None:
        raise UnknownName(field="officer", name=email)
    return officer
