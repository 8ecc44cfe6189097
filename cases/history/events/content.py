"""What is said of a case, sent along with it or put right, besides the steps of its life."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseCommented(DomainEvent):
    """Somebody commented. `visibility` says who may read the words; a `sign_of_life` is by the unit or the desk."""

    type: ClassVar[str] = "case.commented"
    changing: ClassVar[bool] = False
    visibility: str
    sign_of_life: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseAttached(DomainEvent):
    """A file was attached. `attachment` is its row, `sha256` the digest of the bytes as they are stored."""

    type: ClassVar[str] = "case.attached"
    changing: ClassVar[bool] = False
    attachment: int
    media_type: str
    sha256: str
    visibility: str


@dataclass(frozen=True, kw_only=True)
class CaseCorrected(DomainEvent):
    """Something about the case was put right, or changed hands without a step.

    `what` names the fields that changed: title, category, place, quick_win, published or raised_on; officer or
    responsible when a person or unit was switched off; policy when the case got the policy of today. The other facts
    are the new values, None for what was not corrected, "" for a category or place that was taken away.
    """

    type: ClassVar[str] = "case.corrected"
    what: list[str]
    category: str | None = None
    place: str | None = None
    quick_win: bool | None = None
    published: bool | None = None
    raised_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRelated(DomainEvent):
    """Staff noted that this case has to do with the case whose reference is `to`. Both cases get such an event."""

    type: ClassVar[str] = "case.related"
    changing: ClassVar[bool] = False
    to: str


@dataclass(frozen=True, kw_only=True)
class CaseWordsErased(DomainEvent):
    """Words were erased. `events` are the `seq` of the events that they belonged to.

    `decision` names the decision that the erasure rests on (gallringsbeslut).
    """

    type: ClassVar[str] = "case.words_erased"
    changing: ClassVar[bool] = False
    decision: str
    events: list[int]
