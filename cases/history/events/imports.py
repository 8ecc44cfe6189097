"""The event of a case that was imported from another system."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseImported(DomainEvent):
    """An import gave the case what no step sets, or restarted its clock, which then runs until the end of `due_on`.

    A clock is restarted when the old one has run out already, or when the file gives the case another due day.
    `source` is the system that the case came from, "" for the house itself. `state_set_at` is when the state was last
    set, as ISO text, if no event of a step says it.
    """

    type: ClassVar[str] = "case.imported"
    changing: ClassVar[bool] = False
    source: str
    due_on: str | None = None
    state_set_at: str | None = None
