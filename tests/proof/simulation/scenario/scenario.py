"""A scenario: an invented municipality, the tempers of its staff, and what goes wrong, as read from a TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Department:
    """A department: its temper, its number of officers, its share of the cases, and its categories (`topics`)."""

    slug: str
    name: str
    name_en: str
    temper: str
    officers: int
    share: float
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A local group, with a mailbox and a chair; `temper` None: as groups are, `dissolved_after_months` 0: never."""

    slug: str
    name: str
    temper: str | None = None
    dissolved_after_months: int = 0


@dataclass(frozen=True)
class StaffTurnover:
    """After how many months staff of each role leave (0: never), and for how many days the desk is then vacant.

    Every `officer_away_every_months` (0: never) an officer is away for `away_days`, and a colleague stands in.

    Each year on `representative_leaves_on` (MM-DD) one group gets another representative; "": never.
    """

    officer_leaves_every_months: int = 3
    head_leaves_every_months: int = 11
    contact_leaves_after_months: int = 7
    vacant_days: int = 25
    representative_leaves_on: str = "04-16"
    officer_away_every_months: int = 2
    away_days: int = 21


@dataclass(frozen=True)
class Yearly:
    """An outage that comes each year: what is down, from when (local MM-DDTHH:MM), and for how many hours."""

    of: str
    begins: str
    hours: int


@dataclass(frozen=True)
class Bounce:
    """A unit's mailbox that answers 550 each year, from MM-DD on for `days` days."""

    unit: str
    begins: str
    days: int


@dataclass(frozen=True)
class Scenario:
    """All that is fixed in a simulation. `busy` weighs the months; `clocks` is the number of clock processes.

    `secretary` is the slug of the department that owes the minutes of meetings; "": the desk does. `mornings` and
    `mondays` are slugs of units whose mailboxes have their news gathered then.
    """

    municipality: str
    begins: date
    cases_per_month: float
    busy: tuple[float, ...]
    clocks: int
    mailboxes_that_bounce: float
    departments: tuple[Department, ...]
    groups: tuple[Group, ...]
    staffing: StaffTurnover = StaffTurnover()
    policies: tuple[Mapping[str, Any], ...] = ()
    bounces: tuple[Bounce, ...] = ()
    outages: tuple[Yearly, ...] = ()
    secretary: str = ""
    mornings: tuple[str, ...] = ()
    mondays: tuple[str, ...] = ()
