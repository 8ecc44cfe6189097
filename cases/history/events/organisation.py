"""Units: the desk, departments, groups, and bodies that cases wait for. `unit` is a slug."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class UnitAdded(DomainEvent):
    """A unit was added."""

    type: ClassVar[str] = "unit.added"
    unit: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class UnitChanged(DomainEvent):
    """Something about a unit changed; `what` names the columns."""

    type: ClassVar[str] = "unit.changed"
    unit: str
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class UnitSwitchedOff(DomainEvent):
    """A unit was switched off. `moved_to` is the slug of the unit that got its open cases."""

    type: ClassVar[str] = "unit.switched_off"
    unit: str
    moved_to: str | None = None
