"""Events of units: the desk, departments, groups, and bodies that cases wait for. `unit` is a slug."""

from dataclasses import dataclass
from typing import ClassVar

from cases.history.events.base import DomainEvent


@dataclass(frozen=True, kw_only=True)
class UnitAdded(DomainEvent):
    """A unit was added; `kind` says what it is, such as "department" or "group"."""

    type: ClassVar[str] = "unit.added"
    unit: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class UnitChanged(DomainEvent):
    """A unit was changed; `what` names the columns that changed."""

    type: ClassVar[str] = "unit.changed"
    unit: str
    what: list[str]


@dataclass(frozen=True, kw_only=True)
class UnitSwitchedOff(DomainEvent):
    """A unit was switched off.

    `moved_to` is the slug of the unit that took over its cases. It is None when no such unit was named, which is
    allowed only when there are no open cases.
    """

    type: ClassVar[str] = "unit.switched_off"
    unit: str
    moved_to: str | None = None
