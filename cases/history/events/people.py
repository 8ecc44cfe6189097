"""Events of people who may log in. `person` is an id. They are recorded for the municipality, not for a case."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PersonAdded(DomainEvent):
    """A person was added. `roles` is always empty: each role that they get is recorded by a `PersonChanged`."""

    type: ClassVar[str] = "person.added"
    person: int
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonChanged(DomainEvent):
    """A person's data or roles were changed.

    `what` names the changed columns and the roles that were added or removed. A removed role has a "-" in front.
    """

    type: ClassVar[str] = "person.changed"
    person: int
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonSwitchedOff(DomainEvent):
    """A person was switched off and may no longer log in.

    `taken_over_by` is the id of the person who got their cases and roles, None when nobody did.
    """

    type: ClassVar[str] = "person.switched_off"
    person: int
    taken_over_by: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonLoggedIn(DomainEvent):
    """A person logged in by a one-time link."""

    type: ClassVar[str] = "person.logged_in"
    person: int


@dataclass(frozen=True, kw_only=True)
class PersonAskedForLink(DomainEvent):
    """A person asked for a log-in link. `link` is the id of its row, which holds only a hash of the link's token.

    `wanted` is the path of the page for staff or members that they were on their way to; None for any other page.
    """

    type: ClassVar[str] = "person.asked_for_link"
    person: int
    link: int
    wanted: str | None = None


@dataclass(frozen=True, kw_only=True)
class PersonTokenMade(DomainEvent):
    """An API token was made that acts as the person until `expires_at`. `token` is the id of its row, not the token."""

    type: ClassVar[str] = "person.token_made"
    person: int
    token: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class PersonCalendarMade(DomainEvent):
    """A person made a secret address for their own calendar; one that they had before opens nothing any more."""

    type: ClassVar[str] = "person.calendar_made"
    person: int


@dataclass(frozen=True, kw_only=True)
class PersonCalendarRemoved(DomainEvent):
    """A person removed the address of their own calendar."""

    type: ClassVar[str] = "person.calendar_removed"
    person: int


@dataclass(frozen=True, kw_only=True)
class PersonTokenRevoked(DomainEvent):
    """An API token of the person was revoked and opens nothing any more. `token` is the id of its row."""

    type: ClassVar[str] = "person.token_revoked"
    person: int
    token: int
