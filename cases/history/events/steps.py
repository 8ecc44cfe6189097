"""Events of the steps of an open case: who takes it on, until when, and for whom it waits.

In all of them `previous` is the state of the case before the step. `responsible` is the slug of the unit that has the
case after the step, and `officer` the id of the person there who holds it. `due_on` is the day by which the case must
be acted on after the step.
"""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import ByLetter, DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(DomainEvent):
    """The desk asked a unit to take the case on, or another officer of the same unit was appointed.

    The unit `responsible` must take it on or send it back by `due_on`; `officer` is the id of the person there, if any.
    `previous` is the state before, `responsible_was` the unit before. When only the officer changed, `due_on` stays the
    same and `responsible_was` equals `responsible`.
    """

    type: ClassVar[str] = "case.assigned"
    responsible: str
    due_on: str
    officer: int | None = None
    previous: str | None = None
    responsible_was: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseSentBack(ByLetter, DomainEvent):
    """A unit said that the case is not theirs: it is with the desk again, which must look at it by `due_on`."""

    type: ClassVar[str] = "case.sent_back"
    by_unit: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CasePlanned(ByLetter, DomainEvent):
    """A unit took the case on, and means to be done by `due_on`.

    `asked_for` is the day that somebody chose, when that was no working day and `due_on` is the next one; else None.
    """

    type: ClassVar[str] = "case.planned"
    responsible: str
    due_on: str
    asked_for: str | None = None  # the day that was given, when it was rolled forward
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseStarted(DomainEvent):
    """A unit began to work on the case."""

    type: ClassVar[str] = "case.started"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseWaiting(ByLetter, DomainEvent):
    """The case waits for an answer: from the reporter, from the unit `unit`, or from somebody outside.

    `waiting_for` says from which of them: "reporter", "unit" or "other". `follow_up_on` is the day on which the unit is
    reminded to ask again.
    """

    type: ClassVar[str] = "case.waiting"
    waiting_for: str  # "reporter", "unit" or "other"
    follow_up_on: str
    unit: str | None = None
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(ByLetter, DomainEvent):
    """The answer came: the case goes back to the state `to`, which it had before it waited.

    `channel` is "mail" when it came as a reply to a letter.
    """

    type: ClassVar[str] = "case.answered"
    to: str
    due_on: str
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseParked(DomainEvent):
    """The desk put the case off until the day `until`, on which it comes back to the desk by itself."""

    type: ClassVar[str] = "case.parked"
    until: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTakenUp(DomainEvent):
    """A parked case came back to the desk, because its day had come or a person took it up."""

    type: ClassVar[str] = "case.taken_up"
    responsible: str
    due_on: str
