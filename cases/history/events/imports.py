"""The event of a case that was imported from another system."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseImported(DomainEvent):
    """An import restarted the clock of the imported case; the new clock runs until the end of `due_on`.

    An import does so when the old clock has run out already, or when the imported file gives the case another due day.
    `source` is the system that the case came from.
    """

    type: ClassVar[str] = "case.imported"
    changing: ClassVar[bool] = False
    source: str
    due_on: str
