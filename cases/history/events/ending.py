"""Events of the steps that end a case, and of the steps that bring it back."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseDone(DomainEvent):
    """The unit gave its answer or did the work. Whoever asked may contest that until the end of the day `object_by`."""

    type: ClassVar[str] = "case.done"
    responsible: str
    object_by: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseContested(DomainEvent):
    """The reporter or the group said that the case is not done: its unit must answer once more."""

    type: ClassVar[str] = "case.contested"
    responsible: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(DomainEvent):
    """Staff opened a case again that was done or had ended; `previous` is its state before that."""

    type: ClassVar[str] = "case.reopened"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseClosed(DomainEvent):
    """The done case ended, because nobody contested it within the days to object."""

    type: ClassVar[str] = "case.closed"


@dataclass(frozen=True, kw_only=True)
class CaseDeclined(DomainEvent):
    """The desk said no, with a reason; the case ended."""

    type: ClassVar[str] = "case.declined"
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseMerged(DomainEvent):
    """The case ended because it was merged into another case about the same thing, with the reference `into`."""

    type: ClassVar[str] = "case.merged"
    into: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTookOver(DomainEvent):
    """The case with the reference `merged` was merged into this case.

    `followers` counts the people who became followers of this case by that: the followers and the reporter of the
    other.
    """

    type: ClassVar[str] = "case.took_over"
    changing: ClassVar[bool] = False
    merged: str
    followers: int = 0
