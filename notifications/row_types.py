"""Read models: named tuples with just those columns of a table that planning or sending letters needs."""

from datetime import datetime
from typing import Any, NamedTuple

from cases.access.actors import ActorKind
from cases.history.words import Visibility
from cases.states import State


class EventRow(NamedTuple):
    """The columns of an event that are needed to plan its letters."""

    id: int
    stream: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: ActorKind
    person_id: int | None
    unit_id: int | None
    facts: dict[str, Any]


class EventForLetter(NamedTuple):
    """The columns of an event that are needed to write a letter about it."""

    id: int
    stream: int
    seq: int
    type: str
    at: datetime
    actor: ActorKind
    facts: dict[str, Any]


class CaseNow(NamedTuple):
    """A case as it is when a letter is sent, and its reporter: None for what is not known.

    `protected`: no letter may give away who the reporter is.
    """

    id: int
    ref: str
    public_id: str
    published_at: datetime | None
    obligation: str | None
    state: State
    protected: bool | None
    asker_name: str | None
    asker_phone: str | None
    asker_email: str | None


class PersonNow(NamedTuple):
    """A person who can log in, as they are when a letter is sent."""

    id: int
    active: bool


class PartyNow(NamedTuple):
    """Somebody outside the municipality, as they are when a letter is sent. `email` is None once it was erased."""

    id: int
    email: str | None


class UnitNow(NamedTuple):
    """A unit and its mailbox, as they are when a letter is sent."""

    id: int
    email: str | None
    active: bool


class FollowerNow(NamedTuple):
    """A follower of a case, as they are when a letter is sent. `ended_at` (UTC) is when they stopped following."""

    id: int
    case_id: int
    ended_at: datetime | None


class AddressNow(NamedTuple):
    """The address to which a letter is sent: as it was written, and normalised for comparing."""

    id: int
    email: str
    email_normalised: str


class WordsRow(NamedTuple):
    """One text written with an event. `field` says which text, such as "note"; `text` is None once it was erased."""

    event_id: int
    case_id: int | None
    field: str
    visibility: Visibility
    text: str | None


class MeetingTold(NamedTuple):
    """A meeting that a letter is about: its name and place, and when it begins (UTC) if that is known."""

    id: int
    name: str
    where: str | None
    theme: str | None
    starts_at: datetime | None


class PlanItemTold(NamedTuple):
    """An item that the letter about an adopted plan names, with its case; `event_id` is the event of the adoption.

    `fate` is "new", "carried" or "dropped"; `reason` says why it was dropped. `asked` is the name of the unit that the
    plan names, "" when that is the group itself.
    """

    event_id: int
    ref: str
    title: str
    fate: str
    reason: str | None = None
    asked: str = ""
