"""Events of the municipality: they concern the whole installation, and no single case."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class HouseSettingChanged(DomainEvent):
    """A setup file or an import changed settings other than people and units.

    `what` names each thing that changed as "kind:name", such as "category:trafik".
    """

    type: ClassVar[str] = "house.setting_changed"
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class MorningCame(DomainEvent):
    """The figures of the desk's morning letter, recorded once each day.

    `breaches` counts the guarantees that the independent check found broken; `all_clear` is True when there are none.
    `head` is a SHA-256 over the last event hash of each case and of the municipality. `received`, `parked_back` and
    `sent_back` count the cases of which that happened since the morning before; `due` (cases due today), `overdue`
    (cases), `calls` (people to ring) and `set_aside` count what there is now.
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
    """An alarm: a task failed too often, and now waits for a person. `what` is its table, `row` its id there."""

    type: ClassVar[str] = "house.set_aside"
    what: str  # "work", "tick" or "delivery"
    row: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class SentAgain(DomainEvent):
    """A person had a task tried again that was set aside; `what` and `row` name it as in `SetAside`."""

    type: ClassVar[str] = "house.sent_again"
    what: str
    row: int
