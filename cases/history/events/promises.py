"""Events of promises: dates by which the reporter was told that the case will be done."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CasePromised(DomainEvent):
    """The reporter was promised the date `promised_on`. `was` is the earlier promised date that it replaces, if any."""

    type: ClassVar[str] = "case.promised"
    changing: ClassVar[bool] = False
    promised_on: str
    was: str | None = None


@dataclass(frozen=True, kw_only=True)
class CasePromiseBroken(DomainEvent):
    """The promised date passed before the case was done."""

    type: ClassVar[str] = "case.promise_broken"
    changing: ClassVar[bool] = False
    promised_on: str
