"""States of a case and the steps between them, as one table for buttons, API, permissions and the diagram in docs."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Who(StrEnum):
    """The capacities in which somebody can act on a case; each step lists the capacities in which it may be taken.

    UNIT is for anybody with a role in the responsible unit, GROUP for the members of the group whose case it is, ASKED
    for those whose answer the case waits for, CLOCK for a sweep.
    """

    CONTACT = "contact"
    HEAD = "head"
    UNIT = "unit"
    GROUP = "group"
    REPORTER = "reporter"
    ASKED = "asked"
    STAFF = "staff"
    CLOCK = "clock"


class State(StrEnum):
    """The states of a case."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    PARKED = "parked"
    DONE = "done"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"


class Kind(StrEnum):
    """The kinds of case. All have the same states and steps."""

    ISSUE = "issue"
    PROPOSAL = "proposal"
    ACTION = "action"
    APPLICATION = "application"
    DUTY = "duty"


class RunsOut(StrEnum):
    """What happens when the clock of a state runs out and nobody has acted.

    LADDER: rungs fire. TAKEN_UP: a parked case goes back to the desk. CLOSED: a done case is closed.
    """

    LADDER = "ladder"
    TAKEN_UP = "taken_up"
    CLOSED = "closed"


CLOCK_OF: dict[State, RunsOut] = {
    State.RECEIVED: RunsOut.LADDER,
    State.ASSIGNED: RunsOut.LADDER,
    State.PLANNED: RunsOut.LADDER,
    State.IN_PROGRESS: RunsOut.LADDER,
    State.WAITING: RunsOut.LADDER,
    State.PARKED: RunsOut.TAKEN_UP,
    State.DONE: RunsOut.CLOSED,
}
OPEN = frozenset(CLOCK_OF)
LADDER_STATES = tuple(sorted(state for state, runs_out in CLOCK_OF.items() if runs_out is RunsOut.LADDER))
ENDED = frozenset(State) - OPEN


@dataclass(frozen=True)
class Step:
    """One step that changes the state of a case: from which states to which, and who may take it.

    `needs` names the fields of the change that must be filled in for this step, `may_have` those that may be. `event`
    is the type of the event that the step writes.
    """

    name: str
    event: str
    sources: frozenset[State]
    to: State
    who: frozenset[Who]
    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()


def _step(
    name: str,
    event: str,
    sources: Iterable[State],
    to: State,
    who: Iterable[Who],
    needs: tuple[str, ...] = (),
    may_have: tuple[str, ...] = (),
) -> Step:
    return Step(name, event, frozenset(sources), to, frozenset(who), needs, may_have)


R, A, P, I, W = State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING  # noqa: E741
PARKED, DONE = State.PARKED, State.DONE
DESK_ONLY = (Who.CONTACT,)
HOLDERS = (Who.UNIT, Who.CONTACT)
MAY_CONTEST = (Who.REPORTER, Who.GROUP)

STEPS: tuple[Step, ...] = (
    _step("assign", "case.assigned", (R, P, I, W), A, DESK_ONLY, ("responsible",), ("officer", "note", "due_on")),
    _step("hand_over", "case.assigned", (A,), A, DESK_ONLY, ("responsible",), ("officer", "note", "due_on")),
    _step("appoint", "case.assigned", (A,), A, (Who.HEAD, Who.CONTACT), ("officer",), ("note",)),
    _step("send_back", "case.sent_back", (A,), R, (Who.UNIT,), ("reason",)),
    _step("plan", "case.planned", (R,), P, DESK_ONLY, ("due_on",), ("promised_on", "note", "responsible", "officer")),
    _step("plan", "case.planned", (A, P, I), P, HOLDERS, ("due_on",), ("promised_on", "note", "officer")),
    _step("start", "case.started", (R,), I, DESK_ONLY, (), ("due_on", "promised_on", "note", "officer")),
    _step("start", "case.started", (A, P, I), I, HOLDERS, (), ("due_on", "promised_on", "note", "officer")),
    _step("wait", "case.waiting", (R,), W, DESK_ONLY, ("waiting_for",), ("due_on", "note")),
    _step("wait", "case.waiting", (A, P, I, W), W, HOLDERS, ("waiting_for",), ("due_on", "note")),
    _step("answer", "case.answered", (W,), R, (*HOLDERS, Who.ASKED), (), ("note",)),
    _step("answer", "case.answered", (W,), A, (*HOLDERS, Who.ASKED), (), ("note",)),
    _step("answer", "case.answered", (W,), P, (*HOLDERS, Who.ASKED), (), ("note", "due_on")),
    _step("answer", "case.answered", (W,), I, (*HOLDERS, Who.ASKED), (), ("note", "due_on")),
    _step("park", "case.parked", (R, A, P, I, W, PARKED), PARKED, DESK_ONLY, ("due_on", "reason")),
    _step("take_up", "case.taken_up", (PARKED,), R, (Who.CONTACT, Who.CLOCK), (), ("note",)),
    _step("finish", "case.done", (R,), DONE, DESK_ONLY, ("note",), ("done_on", "done_by")),
    _step("finish", "case.done", (A, P, I, W), DONE, HOLDERS, ("note",), ("done_on", "done_by")),
    _step("contest", "case.contested", (DONE,), A, MAY_CONTEST, ("note",)),
    _step("reopen", "case.reopened", (DONE, *sorted(ENDED)), A, (Who.STAFF,), ("note",), ("responsible", "officer")),
    _step("close", "case.closed", (DONE,), State.CLOSED, (Who.CLOCK,)),
    _step("confirm", "case.closed", (DONE,), State.CLOSED, MAY_CONTEST, (), ("note",)),
    _step("decline", "case.declined", (R, A, P, I, W), State.DECLINED, DESK_ONLY, ("reason",)),
    _step("merge", "case.merged", (R, A, P, I, W), State.MERGED, DESK_ONLY, ("into", "reason")),
)
ENDS = frozenset({"finish", "decline", "merge"})  # of a case that owes something: by the act that gives it
TAKES_BACK = frozenset({"contest", "reopen"})  # of such a case: by a record that replaces what was given
BY_ACTS_ALONE = ENDS | TAKES_BACK | {"confirm"}
MOVES_DAY = frozenset({"plan", "start", "wait"})  # of such a case: by the desk alone, which agrees on the new day
STATE_AFTER = {step.event: step.to for step in STEPS if step.event != "case.answered"}  # that one says where it leads
SETS_STATE = frozenset(step.event for step in STEPS) | {"case.received"}  # the types of events that set a state


def steps_between(source: State, to: State) -> list[Step]:
    """Return the steps that lead from one state to the other, in the order of this module's `STEPS`."""
    return [step for step in STEPS if source in step.sources and step.to is to]


def steps_open_to(
    source: State, who: frozenset[Who], *, came_from: State | None = None, owes: bool = False
) -> list[Step]:
    """Return the steps that an actor in the capacities `who` may take from the state `source`.

    For a waiting case, `came_from` is the state from which it began to wait: the step "answer" leads only back to it.
    A case that `owes` something ends by the act that gives it, and stays ended: it has no step of its own for either.
    Only the desk moves the day of such a case.
    """
    may_move = not owes or Who.CONTACT in who
    return [
        step if may_move else _without_day(step)
        for step in STEPS
        if source in step.sources
        and step.who & who
        and (step.name != "answer" or step.to is came_from)
        and not (owes and step.name in BY_ACTS_ALONE)
        and (may_move or step.name not in MOVES_DAY)
    ]


def _without_day(step: Step) -> Step:
    return replace(step, may_have=tuple(field for field in step.may_have if field != "due_on"))
