"""Read models: the few columns of each table that are read to plan a letter and to send it, as plain named tuples."""

from datetime import datetime
from typing import Any, NamedTuple

from cases.access.actors import ActorKind
from cases.history.words import Visibility


class EventRow(NamedTuple):
    """An event, as far as the planning of its letters needs it."""

    id: int
    stream: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: ActorKind
    person_id: int | None
    facts: dict[str, Any]


class EventForLetter(NamedTuple):
    """An event, as far as the text of a letter about it needs it."""

    id: int
    stream: int
    type: str
    at: datetime
    actor: ActorKind
    facts: dict[str, Any]


class CaseNow(NamedTuple):
    """A case at the moment of sending. `protected`: nothing may give away who the reporter is."""

    id: int
    ref: str
    public_id: str
    published_at: datetime | None
    protected: bool | None


class PersonNow(NamedTuple):
    """A person of the municipality at the moment of sending."""

    id: int
    active: bool


class PartyNow(NamedTuple):
    """Somebody outside the municipality at the moment of sending. `email` is None once it was erased."""

    id: int
    email: str | None


class UnitNow(NamedTuple):
    """A unit with its mailbox at the moment of sending."""

    id: int
    email: str | None
    active: bool


class FollowerNow(NamedTuple):
    """A follower of a case at the moment of sending. `ended_at` is when they stopped to follow."""

    id: int
    case_id: int
    ended_at: datetime | None


class AddressNow(NamedTuple):
    """The address to which a letter is sent: as it was written, and normalised for comparing."""

    id: int
    email: str
    email_normalised: str


class WordsRow(NamedTuple):
    """One text that was written with an event; `text` is None once it was erased."""

    event_id: int
    case_id: int | None
    field: str
    visibility: Visibility
    text: str | None
