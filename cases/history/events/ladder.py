"""Events of the ladder: a rung fired, or a case was put on the forum's agenda (by the ladder or a person)."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(DomainEvent):
    """A rung of the ladder fired for one clock of the case.

    `clock` names that clock: "state" (the case must be acted on in its state), "life" (its unit must show that work
    goes on) or "statutory" (the law wants a proposal decided within a year). `rung` is the number of the rung that
    fired, and `cycle` counts how often the clock has been started. `due_at` is the end of the day on which the clock is
    due, `next_on` the day on which its next rung fires. `state` and `responsible` are those of the case when the rung
    fired. `junk` is True for a mail that is likely to be junk, which climbs only to the head.
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
    junk: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CasePutOnAgenda(DomainEvent):
    """The case was put on the agenda of a body: of the forum, unless `body` is the slug of another.

    `meeting` is the number of the meeting and `meeting_on` its day: of the body's next ordinary one when none was
    chosen, None when none is planned. `why` is "overdue" when the
    ladder put the case there, "waits" when the case waits for the body, "chosen" when the contact person chose it,
    "carried" when a meeting postponed it, "parked" when it was parked until then.
    """

    type: ClassVar[str] = "case.put_on_agenda"
    changing: ClassVar[bool] = False
    meeting_on: str | None = None
    why: str = "overdue"
    body: str | None = None
    meeting: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTakenOffAgenda(DomainEvent):
    """The contact person took the case off the forum's agenda, with a reason in words.

    `why` says for what reason it stood there, as in `CasePutOnAgenda`.
    """

    type: ClassVar[str] = "case.taken_off_agenda"
    changing: ClassVar[bool] = False
    why: str


@dataclass(frozen=True, kw_only=True)
class CaseKeptOffAgenda(DomainEvent):
    """The case would have come on the forum's agenda, but its reporter lives under protected identity.

    `why` says for what reason it would have come there, as in `CasePutOnAgenda`.
    """

    type: ClassVar[str] = "case.kept_off_agenda"
    changing: ClassVar[bool] = False
    why: str = "overdue"
