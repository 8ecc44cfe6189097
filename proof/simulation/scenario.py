"""The scenario: a municipality, how its people are, and what goes wrong, as a small TOML file."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from proof.simulation.tempers import TEMPERS

DEFAULT = Path(__file__).with_name("default.toml")
DOWN = ("everything", "clock", "mail", "grey")
MONTHS = 12
COMMON_YEAR = 2027
Line = TypeVar("Line")


class BadScenario(Exception):
    """A scenario that cannot be played; the message says what is wrong with it."""


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
class Staffing:
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
    staffing: Staffing = Staffing()
    policies: tuple[Mapping[str, Any], ...] = ()
    bounces: tuple[Bounce, ...] = ()
    outages: tuple[Yearly, ...] = ()


LINES: dict[str, type[Any]] = {
    "departments": Department, "groups": Group, "bounces": Bounce, "outages": Yearly,
}  # fmt: skip


def read_scenario(path: Path = DEFAULT) -> Scenario:
    """Give the scenario that the file tells. Raises `BadScenario`."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadScenario(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:  # not UTF-8, or not TOML
        raise BadScenario(f"{path}: {error}") from None
    for name, kind in LINES.items():
        told[name] = tuple(_line(kind, line, name) for line in told.get(name, ()))
    told["staffing"] = _line(Staffing, told.get("staffing", {}), "staffing")
    scenario = _line(Scenario, told, "the file")
    _refuse_nonsense(scenario)
    return scenario


def _line(kind: type[Line], told: Mapping[str, Any], place: str) -> Line:
    known = {one.name: one for one in fields(kind)}  # type: ignore[arg-type]
    required = {n for n, one in known.items() if one.default is MISSING and one.default_factory is MISSING}
    if unknown := sorted(told.keys() - known.keys()):
        raise BadScenario(f"{place}: nobody knows {', '.join(unknown)}")
    if missing := sorted(required - told.keys()):
        raise BadScenario(f"{place}: {', '.join(missing)} must be said")
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})


def _refuse_nonsense(scenario: Scenario) -> None:
    wrong = {
        "departments: there must be one": not scenario.departments,
        "groups: there must be one": not scenario.groups,
        f"temper: must be one of {', '.join(TEMPERS)}": any(d.temper not in TEMPERS for d in scenario.departments),
        "officers: at least one": any(one.officers < 1 for one in scenario.departments),
        "busy: twelve months, none negative": len(scenario.busy) != MONTHS or min(scenario.busy) < 0,
        f"outages, of: must be one of {', '.join(DOWN)}": any(one.of not in DOWN for one in scenario.outages),
        "clocks: at least one": scenario.clocks < 1,
        "begins: must be MM-DD or MM-DDTHH:MM, of every year": not all(
            map(
                _is_of_every_year,
                [*(one.begins for one in scenario.outages), *(one.begins for one in scenario.bounces)],
            )
        ),
    }
    for what, is_so in wrong.items():
        if is_so:
            raise BadScenario(what)


def _is_of_every_year(begins: str) -> bool:
    try:
        return bool(datetime.fromisoformat(f"{COMMON_YEAR}-{begins}"))
    except (TypeError, ValueError):
        return False
