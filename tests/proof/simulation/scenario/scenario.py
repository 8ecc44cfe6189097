"""The scenario: a municipality, how its people are, and what goes wrong, as a small TOML file says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Department:
    """A department: its temper, its officers, its part of what comes in, and the categories that are its own."""

    slug: str
    name: str
    name_en: str
    temper: str
    officers: int
    share: float
    topics: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A local group, with a mailbox and a chair."""

    slug: str
    name: str


@dataclass(frozen=True)
class StaffTurnover:
    """How often people leave, in months, and for how many days nobody is contact person then."""

    officer_leaves_every_months: int = 3
    head_leaves_every_months: int = 11
    contact_leaves_after_months: int = 7
    vacant_days: int = 25


@dataclass(frozen=True)
class Yearly:
    """Something that is down each year: what, from which local MM-DDTHH:MM on, and for how many hours."""

    of: str
    begins: str
    hours: int


@dataclass(frozen=True)
class Bounce:
    """A unit's mailbox that refuses everything, each year from MM-DD on for so many days."""

    unit: str
    begins: str
    days: int


@dataclass(frozen=True)
class Scenario:
    """All that is not left to the dice."""

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
