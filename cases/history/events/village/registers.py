"""Events of a case's entry in the register of its topic. They name authorities by slug; texts are in the words."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class RegisterEntered(DomainEvent):
    """It was entered, or put right, who decides about the case, who keeps the road, where it is, and of what sort.

    `what` lists the columns that changed; among them stand those of a forwarding or an answer that was taken back. The
    other facts are what holds now, None for what is not known.
    """

    type: ClassVar[str] = "register.entered"
    changing: ClassVar[bool] = False
    what: list[str]
    decides: str | None = None
    keeper: str | None = None
    sort: str | None = None


@dataclass(frozen=True, kw_only=True)
class RegisterForwarded(DomainEvent):
    """The case was sent on to the authority `to` on the local day `on`. Their reference is in the words."""

    type: ClassVar[str] = "register.forwarded"
    changing: ClassVar[bool] = False
    to: str
    on: str


@dataclass(frozen=True, kw_only=True)
class RegisterAnswered(DomainEvent):
    """The authority `by`, to which the case was sent on the local day `forwarded_on`, answered on the day `on`."""

    type: ClassVar[str] = "register.answered"
    changing: ClassVar[bool] = False
    by: str
    on: str
    forwarded_on: str
