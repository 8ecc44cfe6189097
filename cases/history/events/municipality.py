"""What happens to the municipality's whole installation. All of it stands in the municipality's own stream."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class HouseSettingChanged(DomainEvent):
    """Something other than people and units was set up, by a setup file or an import.

    `what` holds one "kind:name" for each, such as "category:trafik".
    """

    type: ClassVar[str] = "house.setting_changed"
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class MorningCame(DomainEvent):
    """The desk's morning letter is due, with these figures; once each day.

    `breaches` counts the guarantees that the independent check found broken; `all_clear` means none. `head` is a
    SHA-256 over the last hash of every stream. `received`, `parked_back` and `sent_back` count cases since the morning
    before; `due` (today), `overdue`, `calls` (people to ring) and `set_aside` count what there is now.
    """

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
    """Something failed too often and waits for a person: an alarm. `row` is the id in the table `what`."""

    type: ClassVar[str] = "house.set_aside"
    what: str  # "work", "tick" or "delivery"
    row: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SentAgain(DomainEvent):
    """A person let what was set aside be tried once more. `what` and `row` are as in `SetAside`."""

    type: ClassVar[str] = "house.sent_again"
    what: str
    row: int
