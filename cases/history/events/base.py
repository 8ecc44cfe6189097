"""The base class of domain events, and the registry of event types.

An event is a frozen dataclass of facts. It never holds a person's words or address: words stand in
`cases.history.words`.

Units, categories and places stand in the facts by slug, people by id, cases by reference, days as local ISO dates
and moments as UTC ISO.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

EVENT_TYPES: dict[str, type["DomainEvent"]] = {}


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Base of all events. An event type is stored with every event, and stays as it is for ever.

    `changing`: whoever read the case before this event must read it again before they may change it
    (`case.changed_version`). A comment or a new follower is not changing.
    """

    type: ClassVar[str] = ""
    changing: ClassVar[bool] = True

    def __init_subclass__(cls, **_: Any) -> None:
        EVENT_TYPES[cls.type] = cls

    def facts(self) -> dict[str, Any]:
        """Return the facts as a dict by name, as they are stored; facts that are None are left out."""
        return {name: value for name, value in vars(self).items() if value is not None}
