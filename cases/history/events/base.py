"""The base class of domain events, and the registry of event types.

An event is a frozen dataclass of facts. It never holds a text that a person wrote, nor an address: texts are kept in
`cases.history.words`.

Facts name units, categories and places by slug, people by id and cases by reference. Days are local ISO dates, moments
ISO texts in UTC.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

EVENT_TYPES: dict[str, type["DomainEvent"]] = {}


@dataclass(frozen=True, kw_only=True)
class ByLetter:
    """Of an event that the link in a letter may cause: `delivery` is the number of that letter; None without one."""

    delivery: int | None = None


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base class of all events. `type` is stored with each event, so the name of a type never changes.

    `changing` is True when the event makes older readings of the case stale: a person may then change the case only
    after they have read it again (see `case.changed_version`). It is False for a comment or a new follower, for
    example.
    """

    type: ClassVar[str] = ""
    changing: ClassVar[bool] = True

    def __init_subclass__(cls, **_: Any) -> None:
        EVENT_TYPES[cls.type] = cls

    def facts(self) -> dict[str, Any]:
        """Return the facts as a dict by name, as they are stored; facts that are None are left out."""
        return {name: value for name, value in vars(self).items() if value is not None}
