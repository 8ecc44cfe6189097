"""Events of the steps that end a case, of what is asked after that, and of the steps that bring it back."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import ByLetter, DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseDone(ByLetter, DomainEvent):
    """The unit gave its answer or did the work.

    The reporter or the group may contest that until the end of the day `object_by`. `previous` is the state before.
    `done_on` is the day on which the work was done, when it was said; who did it is a text, in the field `done_by`.
    """

    type: ClassVar[str] = "case.done"
    responsible: str
    object_by: str
    previous: str | None = None
    done_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseContested(ByLetter, DomainEvent):
    """The reporter or the group said that the case is not done: its unit must answer once more, by `due_on`."""

    type: ClassVar[str] = "case.contested"
    responsible: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(DomainEvent):
    """Staff opened a case again after it was done or had ended. `previous` is the state it had then.

    The unit `responsible` must answer by `due_on`; `officer` is the id of the person there who holds the case, if any.
    """

    type: ClassVar[str] = "case.reopened"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseConfirmed(ByLetter, DomainEvent):
    """One of two who may contest said that the case is done; it is closed once the other says so, or by its clock.

    `whose` says whose yes it was: that of the "reporter" or of the "group".
    """

    type: ClassVar[str] = "case.confirmed"
    changing: ClassVar[bool] = False
    whose: str


@dataclass(frozen=True, kw_only=True)
class CaseClosed(ByLetter, DomainEvent):
    """The case ended as closed: it was done, and nobody contested that in time, or all who may said that it is."""

    type: ClassVar[str] = "case.closed"


@dataclass(frozen=True, kw_only=True)
class CaseSatisfactionAsked(DomainEvent):
    """Four weeks after the case was closed it was asked how it went: who had asked ("reporter"), or the "group"."""

    type: ClassVar[str] = "case.satisfaction_asked"
    changing: ClassVar[bool] = False
    whose: str


@dataclass(frozen=True, kw_only=True)
class CaseSatisfactionAnswered(ByLetter, DomainEvent):
    """It was answered how it went, by a grade from 1 (very bad) to 5 (very good). `whose` is as in the question.

    The words of a low grade are those of a comment in the same act.
    """

    type: ClassVar[str] = "case.satisfaction_answered"
    changing: ClassVar[bool] = False
    whose: str
    grade: int


@dataclass(frozen=True, kw_only=True)
class CaseDeclined(DomainEvent):
    """The desk said no, with a reason, and the case ended. `previous` is its state before that.

    `junk` is True for a mail that is likely to be junk: nobody outside is told of its end.
    """

    type: ClassVar[str] = "case.declined"
    previous: str | None = None
    junk: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CaseMerged(DomainEvent):
    """The case ended by being merged into another case about the same thing.

    `into` is the reference of that other case, `previous` the state of this case before.
    """

    type: ClassVar[str] = "case.merged"
    into: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTookOver(DomainEvent):
    """Another case was merged into this case; `merged` is the reference of that other case.

    Its reporter and followers now follow this case; `followers` counts those of them who did not do so before.
    """

    type: ClassVar[str] = "case.took_over"
    changing: ClassVar[bool] = False
    merged: str
    followers: int = 0
