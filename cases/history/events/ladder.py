"""What a sweep does with a case whose clock has run out, and the agenda on which it lands."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(DomainEvent):
    """A clock of the case climbed to a rung of its ladder.

    `clock` is "state" (the case is due), "life" (a sign of life is owed) or "statutory" (a proposal's year by law).
    `cycle` counts how often that clock has been started, `due_at` is the end of its due day, and `next_on` the day of
    the rung after this one. `state` and `responsible` are the case's when the rung fired.
    """

    type: ClassVar[str] = "case.escalated"
    changing: ClassVar[bool] = False
    clock: str
    cycle: int
    rung: int
    due_at: str
    next_on: str
    state: str
    responsible: str


@dataclass(frozen=True, kw_only=True)
class CasePutOnAgenda(DomainEvent):
    """The case stands on the forum's agenda, for the meeting of that day if one is planned.

    `why` is "overdue" (the ladder put it there), "waits" (for the forum) or "chosen" (by the contact person).
    """

    type: ClassVar[str] = "case.put_on_agenda"
    changing: ClassVar[bool] = False
    meeting_on: str | None = None
    why: str = "overdue"
