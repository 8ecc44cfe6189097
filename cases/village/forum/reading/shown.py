"""Meetings, agendas and minutes as they are shown, on pages and in the API."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from cases.meetings.agenda_items import AgendaReason, ItemSort, SettledHow
from cases.meetings.invited import InvitationAnswer
from cases.meetings.meeting import MeetingSort
from cases.meetings.resolution import Verdict


class MeetingStage(StrEnum):
    """How far a meeting has come. `HELD`: it is closed; `ADJUSTED`: everybody may read its minutes."""

    CALLED = "called"
    SENT = "sent"
    HELD = "held"
    ADJUSTED = "adjusted"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MeetingListed:
    """A meeting in a list: `body` is the slug of the unit, `body_name` its name; days are local, `starts_at` UTC."""

    number: int
    body: str
    body_name: str
    sort: MeetingSort
    held_on: date
    starts_at: datetime | None
    name: str
    where: str | None
    theme: str | None
    stage: MeetingStage


@dataclass(frozen=True)
class ResolutionShown:
    """A recommendation about an item; money is in öre. `aside` are the names of those who took no part."""

    id: int
    verdict: Verdict
    amount_ore: int | None
    number: str | None
    aside: tuple[str, ...]


@dataclass(frozen=True)
class AgendaItemShown:
    """One item of an agenda. `number` is its place there, None for one that is only proposed, for the reason `why`.

    `under` is the number of the item above it. `case` and `title` are None of a case that the reader may not read: then
    only `category` and `place` tell of it. `title` is masked. `words` are those that were said when it was settled.
    """

    number: int | None
    case: str | None
    topic: str | None
    title: str | None
    category: str | None
    place: str | None
    sort: ItemSort
    why: AgendaReason
    under: int | None
    carried: bool
    how: SettledHow | None
    words: str | None
    resolution: ResolutionShown | None

    @property
    def is_proposed(self) -> bool:
        """Whether it is only proposed: nobody has chosen it for this meeting yet."""
        return self.number is None


@dataclass(frozen=True)
class InvitedShown:
    """Somebody who is invited. `email` is for staff alone: None to everybody else."""

    name: str
    email: str | None
    guest: bool
    answer: InvitationAnswer | None
    present: bool | None


@dataclass(frozen=True)
class AgendaShown:
    """A meeting with its agenda, and once it is held with its minutes.

    `version` is the revision of the agenda. `reads_all` says that the reader sits in the body or is staff, and so reads
    what is only proposed, and the minutes before they are adjusted. `adjusters` are the names of those who adjusted
    them; `invited` is empty for everybody else.
    """

    meeting: MeetingListed
    version: int
    sent_on: date | None
    closed_on: date | None
    adjusted_on: date | None
    quorate: bool | None
    case: str | None
    reads_all: bool
    items: tuple[AgendaItemShown, ...] = ()
    invited: tuple[InvitedShown, ...] = ()
    adjusters: tuple[str, ...] = field(default=())

    @property
    def present(self) -> int:
        """How many came."""
        return sum(bool(one.present) for one in self.invited)
