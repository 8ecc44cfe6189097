"""Read models: the few columns of each table that are read to plan a letter and to send it, as plain named tuples."""

from datetime import datetime
from typing import Any, NamedTuple

from cases.access.actors import ActorKind
from cases.history.words import Visibility


class EventRow(NamedTuple):
    """An event, as it is when letters are planned."""

    id: int
    stream: int
    type: str
    at: datetime
    recorded_at: datetime
    actor: ActorKind
    person_id: int | None
    facts: dict[str, Any]


class EventForLetter(NamedTuple):
    """An event, as a letter tells it."""

    id: int
    stream: int
    type: str
    at: datetime
    actor: ActorKind
    facts: dict[str, Any]


class CaseNow(NamedTuple):
    """How a case is named, and who may read of it. `protected`: whose it is must not be found by it."""

    id: int
    ref: str
    public_id: str
    published_at: datetime | None
    protected: bool | None


class PersonNow(NamedTuple):
    """Somebody of the house."""

    id: int
    active: bool


class PartyNow(NamedTuple):
    """Somebody outside it."""

    id: int
    email: str | None


class UnitNow(NamedTuple):
    """A unit with its mailbox."""

    id: int
    email: str | None
    active: bool


class FollowerNow(NamedTuple):
    """Somebody outside who follows, or did."""

    id: int
    case_id: int
    ended_at: datetime | None


class AddressNow(NamedTuple):
    """Where a letter goes."""

    id: int
    email: str
    email_normalised: str


class WordsRow(NamedTuple):
    """One text of an event; None when it is erased."""

    event_id: int
    case_id: int | None
    field: str
    visibility: Visibility
    text: str | None
