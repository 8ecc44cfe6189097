"""Cases that were brought along from another system."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseImported(DomainEvent):
    """An import started the clock of a case anew, because the one that its history left could not go on.

    `source` is the system that the case came from.
    """

    type: ClassVar[str] = "case.imported"
    changing: ClassVar[bool] = False
    source: str
    due_on: str
