"""What can happen, each as a frozen dataclass: facts, never a person's words or address.

Units, categories and places stand in the facts by slug, people by id, cases by reference, days as local ISO dates
and moments as UTC ISO.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

EVENT_TYPES: dict[str, type["DomainEvent"]] = {}


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened. `changing` ones make an older version stale; the others only stand beside."""

    type: ClassVar[str] = ""
    changing: ClassVar[bool] = True

    def __init_subclass__(cls, **_: Any) -> None:
        EVENT_TYPES[cls.type] = cls

    def facts(self) -> dict[str, Any]:
        """Give what is known of it, without what is not."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class CaseReceived(DomainEvent):
    type: ClassVar[str] = "case.received"
    kind: str
    channel: str
    responsible: str
    due_on: str
    origin: str | None = None
    category: str | None = None
    place: str | None = None
    group: str | None = None
    follows: str | None = None  # the duty that this one continues


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(DomainEvent):
    type: ClassVar[str] = "case.assigned"
    responsible: str
    due_on: str
    officer: int | None = None
    previous: str | None = None
    responsible_was: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseSentBack(DomainEvent):
    type: ClassVar[str] = "case.sent_back"
    by_unit: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CasePlanned(DomainEvent):
    type: ClassVar[str] = "case.planned"
    responsible: str
    due_on: str
    asked_for: str | None = None  # the day that was given, when it was rolled forward
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseStarted(DomainEvent):
    type: ClassVar[str] = "case.started"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseWaiting(DomainEvent):
    type: ClassVar[str] = "case.waiting"
    waiting_for: str  # "reporter", "unit" or "other"
    follow_up_on: str
    unit: str | None = None
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseAnswered(DomainEvent):
    type: ClassVar[str] = "case.answered"
    to: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseParked(DomainEvent):
    type: ClassVar[str] = "case.parked"
    until: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTakenUp(DomainEvent):
    type: ClassVar[str] = "case.taken_up"
    responsible: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseDone(DomainEvent):
    type: ClassVar[str] = "case.done"
    responsible: str
    object_by: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseContested(DomainEvent):
    type: ClassVar[str] = "case.contested"
    responsible: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class CaseReopened(DomainEvent):
    type: ClassVar[str] = "case.reopened"
    responsible: str
    due_on: str
    previous: str | None = None
    officer: int | None = None


@dataclass(frozen=True, kw_only=True)
class CaseClosed(DomainEvent):
    type: ClassVar[str] = "case.closed"


@dataclass(frozen=True, kw_only=True)
class CaseDeclined(DomainEvent):
    type: ClassVar[str] = "case.declined"
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseMerged(DomainEvent):
    type: ClassVar[str] = "case.merged"
    into: str
    previous: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTookOver(DomainEvent):
    """Another case was merged into this one, and brought its followers."""

    type: ClassVar[str] = "case.took_over"
    changing: ClassVar[bool] = False
    merged: str
    followers: int = 0


@dataclass(frozen=True, kw_only=True)
class CaseCommented(DomainEvent):
    type: ClassVar[str] = "case.commented"
    changing: ClassVar[bool] = False
    visibility: str
    sign_of_life: bool = False


@dataclass(frozen=True, kw_only=True)
class CaseAttached(DomainEvent):
    type: ClassVar[str] = "case.attached"
    changing: ClassVar[bool] = False
    attachment: int
    media_type: str
    sha256: str
    visibility: str


@dataclass(frozen=True, kw_only=True)
class CaseCorrected(DomainEvent):
    type: ClassVar[str] = "case.corrected"
    what: list[str]
    category: str | None = None
    place: str | None = None
    quick_win: bool | None = None
    published: bool | None = None
    raised_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRelated(DomainEvent):
    type: ClassVar[str] = "case.related"
    changing: ClassVar[bool] = False
    to: str


@dataclass(frozen=True, kw_only=True)
class CaseFollowed(DomainEvent):
    """Somebody outside follows the case. `follower` is a row's number, not an address."""

    type: ClassVar[str] = "case.followed"
    changing: ClassVar[bool] = False
    follower: int


@dataclass(frozen=True, kw_only=True)
class CaseUnfollowed(DomainEvent):
    type: ClassVar[str] = "case.unfollowed"
    changing: ClassVar[bool] = False
    follower: int


@dataclass(frozen=True, kw_only=True)
class CasePromised(DomainEvent):
    """A date that the one who asked is told. `was` is the one that it replaces."""

    type: ClassVar[str] = "case.promised"
    changing: ClassVar[bool] = False
    promised_on: str
    was: str | None = None


@dataclass(frozen=True, kw_only=True)
class CasePromiseBroken(DomainEvent):
    type: ClassVar[str] = "case.promise_broken"
    changing: ClassVar[bool] = False
    promised_on: str


@dataclass(frozen=True, kw_only=True)
class CaseEscalated(DomainEvent):
    """A rung of the ladder. `clock` is "state", "life" or "statutory"; `next_on` is the day of the rung after it."""

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
    type: ClassVar[str] = "case.put_on_agenda"
    changing: ClassVar[bool] = False
    meeting_on: str | None = None
    why: str = "overdue"


@dataclass(frozen=True, kw_only=True)
class CaseWordsErased(DomainEvent):
    """Words were erased, with the decision that it rests on."""

    type: ClassVar[str] = "case.words_erased"
    changing: ClassVar[bool] = False
    decision: str
    events: list[int]


@dataclass(frozen=True, kw_only=True)
class CaseImported(DomainEvent):
    """The case came from another system, and its clock began anew when it came."""

    type: ClassVar[str] = "case.imported"
    changing: ClassVar[bool] = False
    source: str
    due_on: str


@dataclass(frozen=True, kw_only=True)
class PersonAdded(DomainEvent):
    type: ClassVar[str] = "person.added"
    person: int
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonChanged(DomainEvent):
    type: ClassVar[str] = "person.changed"
    person: int
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonSwitchedOff(DomainEvent):
    type: ClassVar[str] = "person.switched_off"
    person: int
    taken_over_by: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonLoggedIn(DomainEvent):
    type: ClassVar[str] = "person.logged_in"
    person: int


@dataclass(frozen=True, kw_only=True)
class PersonAskedForLink(DomainEvent):
    """A log-in link was asked for. `link` is the row that holds only its hash."""

    type: ClassVar[str] = "person.asked_for_link"
    person: int
    link: int


@dataclass(frozen=True, kw_only=True)
class FollowerAskedToConfirm(DomainEvent):
    """Somebody asked to follow a case: the address must confirm it."""

    type: ClassVar[str] = "house.follower_asked"
    link: int
    follower: int


@dataclass(frozen=True, kw_only=True)
class UnitAdded(DomainEvent):
    type: ClassVar[str] = "unit.added"
    unit: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class UnitChanged(DomainEvent):
    type: ClassVar[str] = "unit.changed"
    unit: str
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class UnitSwitchedOff(DomainEvent):
    type: ClassVar[str] = "unit.switched_off"
    unit: str
    moved_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class HouseSettingChanged(DomainEvent):
    type: ClassVar[str] = "house.setting_changed"
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class MorningCame(DomainEvent):
    """The morning letter's figures: the all-clear and the day's chain heads."""

    type: ClassVar[str] = "house.morning"
    day: str
    all_clear: bool
    breaches: int
    head: str
    received: int
    due: int
    overdue: int
    parked_back: int
    sent_back: int
    calls: int
    set_aside: int


@dataclass(frozen=True, kw_only=True)
class SetAside(DomainEvent):
    """Work or a letter was set aside: a person must look."""

    type: ClassVar[str] = "house.set_aside"
    what: str  # "work", "tick" or "delivery"
    row: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SentAgain(DomainEvent):
    """A person let what was set aside be tried once more."""

    type: ClassVar[str] = "house.sent_again"
    what: str
    row: int
