"""Dates by which the reporter was promised that the case is done."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CasePromised(DomainEvent):
    """The reporter was promised a date. `was` is the promised date that it replaces."""

    type: ClassVar[str] = "case.promised"
    changing: ClassVar[bool] = False
    promised_on: str
    was: str | None = None


@dataclass(frozen=True, kw_only=True)
class CasePromiseBroken(DomainEvent):
    """The promised date passed, and the case was not done."""

    type: ClassVar[str] = "case.promise_broken"
    changing: ClassVar[bool] = False
    promised_on: str
