"""Steps that end a case, and steps that bring it back."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseDone(DomainEvent):
    """The answer or the work is there. Whoever asked may contest it until the end of the day `object_by`."""

    type: ClassVar[str] = "case.done"
    responsible: str
    object_by: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseContested(DomainEvent):
    """The reporter or the group said that it is not done: the unit must answer once more."""

    type: ClassVar[str] = "case.contested"
    responsible: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(DomainEvent):
    """Staff opened a case again that was done or had ended; `previous` is the state that it had."""

    type: ClassVar[str] = "case.reopened"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseClosed(DomainEvent):
    """Nobody contested the done case within the days to object, and it ended."""

    type: ClassVar[str] = "case.closed"


@dataclass(frozen=True, kw_only=True)
class CaseDeclined(DomainEvent):
    """The desk said no, with a reason; the case ended."""

    type: ClassVar[str] = "case.declined"
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseMerged(DomainEvent):
    """The case ended in another one about the same thing, whose reference is `into`."""

    type: ClassVar[str] = "case.merged"
    into: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTookOver(DomainEvent):
    """The case with the reference `merged` was merged into this one; `followers` counts the parties that came along.

    The reporter of that case is counted among them.
    """

    type: ClassVar[str] = "case.took_over"
    changing: ClassVar[bool] = False
    merged: str
    followers: int = 0
