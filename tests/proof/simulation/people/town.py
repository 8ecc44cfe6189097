"""The simulated town: its units and staff at present, and the reader behind each mail address. Names are roles."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from proof.simulation.scenario.scenario import Scenario
from proof.simulation.scenario.tempers import DESKS_TEMPER, GROUPS_TEMPER, TEMPERS, Temper

DOMAIN, GROUPS_DOMAIN, CITIZENS_DOMAIN = "tallvinda.example", "grupper.example", "boende.example"
DESK = "desk"
ADMIN, DESK_HEAD = f"system@{DOMAIN}", f"kommunchef@{DOMAIN}"
GROUP = "grupp-"
FORUM = "forum"


@dataclass(frozen=True)
class Reader:
    """Who reads a mail address: role (`officer`, `mailbox`, `head`) and unit. A group's chair counts as its officer."""

    role: str
    unit: str
    email: str


@dataclass
class SimulatedTown:
    """The units, and the mail addresses of the staff who work there now, those who have been there longest first."""

    scenario: Scenario
    officers: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    left_at: dict[str, datetime] = field(
        default_factory=dict
    )  # address -> the moment from which no letter may go there
    readers: dict[str, Reader] = field(default_factory=dict)
    dissolved: set[str] = field(default_factory=set)  # slugs of groups
    _newcomers: int = 0

    def __post_init__(self) -> None:
        for department in self.scenario.departments:
            self._add_reader("mailbox", department.slug, f"{department.slug}@{DOMAIN}")
            self.officers[department.slug] = [
                officer_address(department.slug, number) for number in range(1, department.officers + 1)
            ]
            self.heads[department.slug] = f"chef.{department.slug}@{DOMAIN}"
        for group in self.scenario.groups:
            slug = GROUP + group.slug
            self._add_reader("mailbox", slug, f"{group.slug}@{GROUPS_DOMAIN}")
            self.officers[slug] = [f"ordforande.{group.slug}@{GROUPS_DOMAIN}"]
        self._add_reader("mailbox", DESK, f"kontaktpersonen@{DOMAIN}")
        self.heads[DESK] = DESK_HEAD
        self.contacts = [f"kontakt1@{DOMAIN}", f"kontakt2@{DOMAIN}"]
        for slug, people in self.officers.items():
            for email in people:
                self._add_reader("officer", slug, email)
        for slug, head in self.heads.items():
            self._add_reader("head", slug, head)
        for email in (*self.contacts, ADMIN):
            self._add_reader("officer", DESK, email)

    def _add_reader(self, role: str, unit: str, email: str) -> None:
        self.readers[email] = Reader(role, unit, email)

    def temper_of(self, unit: str) -> Temper:
        """Return the temper of the unit with this slug."""
        if unit == DESK:
            return DESKS_TEMPER
        return self._tempers.get(unit, GROUPS_TEMPER)

    @cached_property
    def _tempers(self) -> dict[str, Temper]:
        of_departments = {department.slug: TEMPERS[department.temper] for department in self.scenario.departments}
        return of_departments | {
            GROUP + group.slug: TEMPERS[group.temper] for group in self.scenario.groups if group.temper
        }

    @property
    def groups(self) -> list[str]:
        """The slugs of the groups that have not been dissolved."""
        return [slug for group in self.scenario.groups if (slug := GROUP + group.slug) not in self.dissolved]

    @property
    def at_table(self) -> list[str]:
        """The addresses of those who may lead a meeting: contact persons first, then the secretary's officers."""
        return [*self.contacts, *self.officers.get(self.scenario.secretary, ())]

    def mailbox_of(self, slug: str) -> str:
        """Return the address of the shared mailbox of this unit."""
        return next(one.email for one in self.readers.values() if one.role == "mailbox" and one.unit == slug)

    def add_newcomer(self, role: str, unit: str) -> str:
        """Return the address of a new member of staff, known as a reader; the caller appoints them."""
        self._newcomers += 1
        email = f"ny{self._newcomers}.{unit}@{DOMAIN}"
        self._add_reader(role, unit, email)
        return email

    def remove(self, email: str, at: datetime) -> None:
        """Note that this person has left at the moment, and remove them from their unit or the desk."""
        self.left_at[email] = at
        for people in (*self.officers.values(), self.contacts):
            if email in people:
                people.remove(email)


def officer_address(slug: str, number: int) -> str:
    """Return the address of a department's officer by number."""
    return f"handlaggare{number}.{slug}@{DOMAIN}"


# --- the setup file --------------------------------------------------------------------


def setup_file(town: SimulatedTown) -> str:
    """Return the town as text of a setup file, as `ventil load` reads it."""
    scenario = town.scenario
    head = f"[house]\nname = {_value(scenario.municipality)}\nproposals = true\n"
    head += f"secretary = {_value(scenario.secretary)}\n" if scenario.secretary else ""
    tables = (("units", _units(town)), ("people", _people(town)), ("categories", _categories(scenario)),
              ("policies", scenario.policies))  # fmt: skip
    return "\n".join([head, *(_table(name, line) for name, lines in tables for line in lines)])


def _units(town: SimulatedTown) -> Iterator[dict[str, Any]]:
    yield {"slug": DESK, "kind": "desk", "name": "Kontaktpersonen", "email": f"kontaktpersonen@{DOMAIN}",
           "phone": "0980-319 200", "head": DESK_HEAD}  # fmt: skip
    for department in town.scenario.departments:
        yield {"slug": department.slug, "kind": "department", "name": department.name,
               "email": f"{department.slug}@{DOMAIN}", "head": town.heads[department.slug]}  # fmt: skip
    for group in town.scenario.groups:
        yield {"slug": GROUP + group.slug, "kind": "group", "name": group.name,
               "email": f"{group.slug}@{GROUPS_DOMAIN}"}  # fmt: skip


def _people(town: SimulatedTown) -> Iterator[dict[str, Any]]:
    yield {"email": ADMIN, "name": "Systemförvaltaren", "roles": [{"role": "admin"}]}
    for slug, head in town.heads.items():
        yield {"email": head, "name": f"Chefen för {slug}"}
    for email in town.contacts:
        yield {"email": email, "name": "Kontaktpersonen", "roles": [{"role": "contact", "unit": DESK}]}
    for slug, people in town.officers.items():
        for number, email in enumerate(people, 1):
            yield {"email": email, "name": f"Person {number} i {slug}", "roles": _roles(slug)}


def _roles(slug: str) -> list[dict[str, str]]:
    if slug.startswith(GROUP):
        return [{"role": "member", "unit": slug}, {"role": "member", "unit": FORUM, "for": slug}]
    return [{"role": "officer", "unit": slug}]


def _categories(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for department in scenario.departments:
        for topic in department.topics:
            yield {"slug": topic, "name": topic.capitalize(), "unit": department.slug}


def _table(name: str, line: Mapping[str, Any]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in line.items())]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
