"""Events of meetings. `meeting` is the number of one, `body` the slug of the unit that meets, `on` its local day."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MeetingCalled(DomainEvent):
    """A meeting of a body was called; `starts_at` is when it begins (UTC), if that is known.

    The event stands in the case by which the meeting is owed. It stands beside the "case.done" of the body's duty to
    have a coming meeting, too. When more are invited later, it is written again, and `people` and `parties` are the ids
    of those few; else it calls all.
    """

    type: ClassVar[str] = "meeting.called"
    meeting: int
    body: str
    sort: str
    on: str
    starts_at: str | None = None
    people: list[int] | None = None
    parties: list[int] | None = None


@dataclass(frozen=True, kw_only=True)
class MeetingMoved(DomainEvent):
    """A meeting was moved from the local day `was`, or to another time or place."""

    type: ClassVar[str] = "meeting.moved"
    meeting: int
    body: str
    sort: str
    was: str
    on: str
    starts_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class MeetingCancelled(DomainEvent):
    """A meeting was cancelled, with a reason in words; what was on its agenda waits for the body's next one."""

    type: ClassVar[str] = "meeting.cancelled"
    meeting: int
    body: str
    sort: str
    on: str


@dataclass(frozen=True, kw_only=True)
class AgendaSentOut(DomainEvent):
    """The agenda of a meeting was sent on the local day `sent_on`, with so many `items`."""

    type: ClassVar[str] = "meeting.agenda_sent"
    meeting: int
    body: str
    sort: str
    on: str
    sent_on: str
    items: int


@dataclass(frozen=True, kw_only=True)
class MeetingHeld(DomainEvent):
    """A meeting was held and closed, with each of its `items` settled; `present` is how many came.

    `quorate` is False when too few came to take anything up.
    """

    type: ClassVar[str] = "meeting.held"
    meeting: int
    body: str
    sort: str
    on: str
    items: int
    present: int
    quorate: bool


@dataclass(frozen=True, kw_only=True)
class MinutesAdjusted(DomainEvent):
    """The minutes of a meeting were adjusted on the local day `adjusted_on`, by the people with the ids `adjusters`.

    From then on everybody may read them.
    """

    type: ClassVar[str] = "minutes.adjusted"
    meeting: int
    body: str
    sort: str
    on: str
    adjusted_on: str
    adjusters: list[int]


@dataclass(frozen=True, kw_only=True)
class CaseSettledOnAgenda(DomainEvent):
    """An item on the agenda of a meeting was settled: the case, or a topic in the case of the meeting itself.

    `how` is "resolved", "noted", "postponed" or "withdrawn"; `item` its number on that agenda. `corrects` is True when
    it puts right what was said of the item before.
    """

    type: ClassVar[str] = "case.settled_on_agenda"
    changing: ClassVar[bool] = False
    meeting: int
    body: str
    on: str
    item: int
    how: str
    corrects: bool | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRecommended(DomainEvent):
    """A body recommended something about the case, at a meeting; why is said in words.

    `verdict` is "yes", "no", "partly", "refer", "postpone" or "noted", `amount_ore` money in öre, `number` what the
    resolution is called in the minutes. `replaces` is the id of the resolution that this one puts right.
    """

    type: ClassVar[str] = "case.recommended"
    changing: ClassVar[bool] = False
    meeting: int
    body: str
    on: str
    item: int
    verdict: str
    amount_ore: int | None = None
    number: str | None = None
    replaces: int | None = None
