"""People of the municipality, and their log-in. It all stands in the municipality's own stream; `person` is an id."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PersonAdded(DomainEvent):
    """A person was added. `roles` is empty: each post comes with a `PersonChanged`."""

    type: ClassVar[str] = "person.added"
    person: int
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonChanged(DomainEvent):
    """Something about a person changed.

    `what` names the columns that changed, and the posts that they were given, or lost when a "-" stands before it.
    """

    type: ClassVar[str] = "person.changed"
    person: int
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonSwitchedOff(DomainEvent):
    """A person may no longer log in. `taken_over_by` is the id of who got their cases and posts."""

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
    """A person asked for a log-in link. `link` is the row that holds only the hash of its token."""

    type: ClassVar[str] = "person.asked_for_link"
    person: int
    link: int
