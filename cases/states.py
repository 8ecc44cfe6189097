"""The life of a case, as one table: it draws the buttons, guards the API and makes the diagram in the docs."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """What somebody is to one case: the words of the table of steps."""

    CONTACT = "contact"
    HEAD = "head"
    UNIT = "unit"
    GROUP = "group"
    REPORTER = "reporter"
    ASKED = "asked"
    STAFF = "staff"
    CLOCK = "clock"


class State(StrEnum):
    """Where a case stands."""

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
    """What a case is. Every kind has the same life."""

    ISSUE = "issue"
    PROPOSAL = "proposal"
    ACTION = "action"
    APPLICATION = "application"
    DUTY = "duty"


class RunsOut(StrEnum):
    """What happens by itself when a state's clock runs out."""

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
ENDED = frozenset(State) - OPEN


@dataclass(frozen=True)
class Step:
    """One arrow: from where, to where, who may take it, and what must be said with it."""

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

STEPS: tuple[Step, ...] = (
    _step("assign", "case.assigned", (R, P, I, W), A, DESK_ONLY, ("responsible",), ("officer", "note", "due_on")),
    _step("hand_over", "case.assigned", (A,), A, DESK_ONLY, ("responsible",), ("officer", "note", "due_on")),
    _step("appoint", "case.assigned", (A,), A, (Who.HEAD, Who.CONTACT), ("officer",), ("note",)),
    _step("send_back", "case.sent_back", (A,), R, (Who.UNIT,), ("reason",)),
    _step("plan", "case.planned", (R,), P, DESK_ONLY, ("due_on",), ("promised_on", "note", "responsible")),
    _step("plan", "case.planned", (A, P, I), P, HOLDERS, ("due_on",), ("promised_on", "note", "officer")),
    _step("start", "case.started", (R,), I, DESK_ONLY, (), ("due_on", "promised_on", "note")),
    _step("start", "case.started", (A, P, I), I, HOLDERS, (), ("due_on", "promised_on", "note", "officer")),
    _step("wait", "case.waiting", (R,), W, DESK_ONLY, ("waiting_for",), ("due_on", "note")),
    _step("wait", "case.waiting", (A, P, I, W), W, HOLDERS, ("waiting_for",), ("due_on", "note")),
    _step("answer", "case.answered", (W,), R, (*HOLDERS, Who.ASKED), (), ("note",)),
    _step("answer", "case.answered", (W,), A, (*HOLDERS, Who.ASKED), (), ("note",)),
    _step("answer", "case.answered", (W,), P, (*HOLDERS, Who.ASKED), (), ("note", "due_on")),
    _step("answer", "case.answered", (W,), I, (*HOLDERS, Who.ASKED), (), ("note", "due_on")),
    _step("park", "case.parked", (R, A, P, I, W, PARKED), PARKED, DESK_ONLY, ("due_on", "reason")),
    _step("take_up", "case.taken_up", (PARKED,), R, (Who.CONTACT, Who.CLOCK), (), ("note",)),
    _step("finish", "case.done", (R,), DONE, DESK_ONLY, ("note",)),
    _step("finish", "case.done", (A, P, I, W), DONE, HOLDERS, ("note",)),
    _step("contest", "case.contested", (DONE,), A, (Who.REPORTER, Who.GROUP), ("note",)),
    _step("reopen", "case.reopened", (DONE, *sorted(ENDED)), A, (Who.STAFF,), ("note",), ("responsible", "officer")),
    _step("close", "case.closed", (DONE,), State.CLOSED, (Who.CLOCK,)),
    _step("decline", "case.declined", (R, A, P, I, W), State.DECLINED, DESK_ONLY, ("reason",)),
    _step("merge", "case.merged", (R, A, P, I, W), State.MERGED, DESK_ONLY, ("into", "reason")),
)


def steps_between(source: State, to: State) -> list[Step]:
    """Give the steps that lead from one state to the other, in the table's order."""
    return [step for step in STEPS if source in step.sources and step.to is to]


def steps_open_to(source: State, who: frozenset[Who], *, came_from: State | None = None) -> list[Step]:
    """Give the steps that somebody who is `who` to a case may take from `source`.

    A waiting case goes back only to where it came from.
    """
    return [
        step
        for step in STEPS
        if source in step.sources and step.who & who and (step.name != "answer" or step.to is came_from)
    ]
