"""Events of the ladder: a rung fired, or a case was put on the forum's agenda (by the ladder or a person)."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(DomainEvent):
    """A rung of the ladder fired for one clock of the case.

    `clock` is "state" (the case is due), "life" (a sign of life is owed) or "statutory" (a proposal's year by law).
    `cycle` counts how often that clock has been started, `due_at` is the end of its due day, and `next_on` the day on
    which the next rung fires. `state` and `responsible` are those of the case when the rung fired.
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
    """The case was put on the forum's agenda. `meeting_on` is the day of its next meeting, None when none is planned.

    `why` is "overdue" (by the ladder), "waits" (the case waits for the forum) or "chosen" (by the contact person).
    """

    type: ClassVar[str] = "case.put_on_agenda"
    changing: ClassVar[bool] = False
    meeting_on: str | None = None
    why: str = "overdue"
