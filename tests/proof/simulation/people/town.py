"""The town: its units and people, who is there now, and whose an address is. People are named as their roles."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from proof.simulation.scenario.scenario import Scenario
from proof.simulation.scenario.tempers import DESKS_TEMPER, GROUPS_TEMPER, TEMPERS, Temper

DOMAIN, GROUPS_DOMAIN, CITIZENS_DOMAIN = "tallvinda.example", "grupper.example", "boende.example"
DESK = "desk"
ADMIN, DESK_HEAD = f"system@{DOMAIN}", f"kommunchef@{DOMAIN}"
GROUP = "grupp-"


@dataclass(frozen=True)
class Reader:
    """Whose address it is: a unit's own people (`officer`, `mailbox`), its head, a chair, or somebody who asked."""

    role: str
    unit: str
    email: str


@dataclass
class SimulatedTown:
    """Who is there now. Lists are in the order in which people came."""

    scenario: Scenario
    officers: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    contacts: list[str] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)  # since when nothing may reach them
    readers: dict[str, Reader] = field(default_factory=dict)
    _newcomers: int = 0

    def __post_init__(self) -> None:
        for one in self.scenario.departments:
            self._reads("mailbox", one.slug, f"{one.slug}@{DOMAIN}")
            self.officers[one.slug] = [officer(one.slug, number) for number in range(1, one.officers + 1)]
            self.heads[one.slug] = f"chef.{one.slug}@{DOMAIN}"
        for group in self.scenario.groups:
            slug = GROUP + group.slug
            self._reads("mailbox", slug, f"{group.slug}@{GROUPS_DOMAIN}")
            self.officers[slug] = [f"ordforande.{group.slug}@{GROUPS_DOMAIN}"]
        self._reads("mailbox", DESK, f"kontaktpersonen@{DOMAIN}")
        self.heads[DESK] = DESK_HEAD
        self.contacts = [f"kontakt1@{DOMAIN}", f"kontakt2@{DOMAIN}"]
        for slug, people in self.officers.items():
            for email in people:
                self._reads("officer", slug, email)
        for slug, head in self.heads.items():
            self._reads("head", slug, head)
        for email in (*self.contacts, ADMIN):
            self._reads("officer", DESK, email)

    def _reads(self, role: str, unit: str, email: str) -> None:
        self.readers[email] = Reader(role, unit, email)

    def temper_of(self, unit: str) -> Temper:
        """Give how the people of this unit are."""
        if unit == DESK:
            return DESKS_TEMPER
        tempers = {one.slug: TEMPERS[one.temper] for one in self.scenario.departments}
        return tempers.get(unit, GROUPS_TEMPER)

    def newcomer(self, role: str, unit: str) -> str:
        """Give the address of somebody new; whoever appoints them puts them in their place."""
        self._newcomers += 1
        email = f"ny{self._newcomers}.{unit}@{DOMAIN}"
        self._reads(role, unit, email)
        return email

    def leaves(self, email: str, at: datetime) -> None:
        """Let somebody be there no more."""
        self.left[email] = at
        for people in (*self.officers.values(), self.contacts):
            if email in people:
                people.remove(email)


def officer(slug: str, number: int) -> str:
    """Give the address of a department's officer."""
    return f"handlaggare{number}.{slug}@{DOMAIN}"


# --- the house's file --------------------------------------------------------------------


def house_file(town: SimulatedTown) -> str:
    """Give the town as a file that `ventil load` reads."""
    scenario = town.scenario
    head = f"[house]\nname = {_value(scenario.municipality)}\nproposals = true\n"
    tables = (("units", _units(town)), ("people", _people(town)), ("categories", _categories(scenario)),
              ("policies", scenario.policies))  # fmt: skip
    return "\n".join([head, *(_table(name, line) for name, lines in tables for line in lines)])


def _units(town: SimulatedTown) -> Iterator[dict[str, Any]]:
    yield {"slug": DESK, "kind": "desk", "name": "Kontaktpersonen", "email": f"kontaktpersonen@{DOMAIN}",
           "phone": "0980-319 200", "head": DESK_HEAD}  # fmt: skip
    for one in town.scenario.departments:
        yield {"slug": one.slug, "kind": "department", "name": one.name, "email": f"{one.slug}@{DOMAIN}",
               "head": town.heads[one.slug]}  # fmt: skip
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
            yield {"email": email, "name": f"Person {number} i {slug}", "roles": _posts(slug)}


def _posts(slug: str) -> list[dict[str, str]]:
    if slug.startswith(GROUP):
        return [{"role": "member", "unit": slug}, {"role": "member", "unit": "forum"}]
    return [{"role": "officer", "unit": slug}]


def _categories(scenario: Scenario) -> Iterator[dict[str, Any]]:
    for one in scenario.departments:
        for topic in one.topics:
            yield {"slug": topic, "name": topic.capitalize(), "unit": one.slug}


def _table(name: str, line: Mapping[str, Any]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {_value(value)}" for key, value in line.items())]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
