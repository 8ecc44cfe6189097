"""The house's file: what it may hold, and every error in it with its place, found in one go.

It is TOML: [house], and any number of [[units]], [[people]], [[places]], [[categories]], [[policies]], [[meetings]].
"""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any, TypeVar

from cases.mail_addresses import is_mail_address
from cases.settings import LOCALES
from cases.states import Kind
from cases.town.organisation import LONGEST_SLUG, SLUG
from cases.town.people import Role
from cases.town.policies import DEFAULT_TERMS, Terms, terms_from
from cases.town.units import DESK, UnitKind


@dataclass(frozen=True)
class Trouble:
    """What is wrong, and where it stands."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


class BadHouse(Exception):
    """A file with errors; nothing of it was used."""

    def __init__(self, troubles: list[Trouble]) -> None:
        super().__init__("; ".join(map(str, troubles)))
        self.troubles = troubles


@dataclass(frozen=True)
class HouseLine:
    name: str | None = None
    proposals: bool | None = None
    contact_phone: str | None = None


@dataclass(frozen=True)
class UnitLine:
    slug: str
    kind: str
    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    head: str | None = None


@dataclass(frozen=True)
class PersonLine:
    email: str
    name: str
    phone: str | None = None
    locale: str = "sv"
    deputy: str | None = None
    roles: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class PlaceLine:
    slug: str
    name: str


@dataclass(frozen=True)
class CategoryLine:
    slug: str
    name: str
    name_en: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PolicyLine:
    name: str
    kind: str | None = None
    category: str | None = None
    place: str | None = None
    terms: Terms = DEFAULT_TERMS

    @property
    def scope(self) -> str:
        return "/".join(part or "*" for part in (self.kind, self.category, self.place))


@dataclass(frozen=True)
class MeetingLine:
    on: date
    name: str
    where: str | None = None


@dataclass(frozen=True)
class HouseFile:
    """What a file says, checked in itself."""

    house: HouseLine = HouseLine()
    units: tuple[UnitLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    places: tuple[PlaceLine, ...] = ()
    categories: tuple[CategoryLine, ...] = ()
    policies: tuple[PolicyLine, ...] = ()
    meetings: tuple[MeetingLine, ...] = ()


@dataclass(frozen=True)
class Known:
    """The names that the house has already, which a file may use without saying them again."""

    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


def read_house(text: str, known: Known) -> HouseFile:
    """Give what the text says. Raises `BadHouse` with every trouble in it."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadHouse([Trouble("the file", f"is not TOML: {error}")]) from None
    troubles: list[Trouble] = []
    house = _house_of(tables, troubles)
    troubles += [*_doubled(house), *_unknown_names(house, known)]
    if troubles:
        raise BadHouse(troubles)
    return house


# --- one value -----------------------------------------------------------------------------


class Wrong(ValueError):
    """A value that cannot be used; the message says what it must be."""


def _text(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > most:
            raise Wrong(f"must be a text of 1 to {most} characters")
        return value.strip()

    return check


def _slug(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_SLUG or not SLUG.fullmatch(value):
        raise Wrong("must be small letters a-z, digits and hyphens")
    return value


def _address(value: Any) -> str:
    if not isinstance(value, str) or not is_mail_address(value):
        raise Wrong("must be one plain mail address")
    return value.strip().lower()


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise Wrong(f"must be one of {', '.join(allowed)}")
        return str(value)

    return check


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("must be true or false")
    return value


def _day(value: Any) -> date:
    if type(value) is not date:
        raise Wrong("must be a date such as 2026-04-14")
    return value


def _posts(value: Any) -> tuple[tuple[str, str | None], ...]:
    if not isinstance(value, list) or not all(isinstance(post, dict) for post in value):
        raise Wrong('must be a list such as [{ role = "officer", unit = "gata" }]')
    return tuple(_post(post) for post in value)


def _post(value: dict[str, Any]) -> tuple[str, str | None]:
    role, unit = _one_of(tuple(Role))(value.get("role")), value.get("unit")
    if set(value) - {"role", "unit"}:
        raise Wrong("knows only role and unit")
    if role == Role.ADMIN and unit is not None:
        raise Wrong("the role admin has no unit")
    if role == Role.CONTACT and unit != DESK:
        raise Wrong(f"the role contact belongs to the unit {DESK}")
    return role, None if role == Role.ADMIN else _slug(unit)


def _terms(value: Any) -> Terms:
    if not isinstance(value, dict):
        raise Wrong("must be a table such as { answer_days = 8 }")
    for name, given in value.items():
        _check_term(name, given)
    return terms_from(value)


def _check_term(name: str, given: Any) -> None:
    usual = {field.name: field.default for field in fields(Terms)}
    if name not in usual:
        raise Wrong(f"knows no {name}; it knows {', '.join(usual)}")
    numbers = given if isinstance(usual[name], tuple) else [given]
    if not isinstance(numbers, list) or not all(type(n) is int and 1 <= n <= 3660 for n in numbers):
        shape = "a list of whole numbers" if isinstance(usual[name], tuple) else "a whole number"
        raise Wrong(f"{name} must be {shape} from 1 to 3660")


CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _text(200), "name_en": _text(120), "where": _text(200), "phone": _text(40), "contact_phone": _text(40),
    "email": _address, "head": _address, "deputy": _address, "slug": _slug, "place": _slug, "category": _slug,
    "unit": _slug, "locale": _one_of(LOCALES), "proposals": _yes_or_no, "on": _day, "roles": _posts, "terms": _terms,
}  # fmt: skip
KINDS = {UnitLine: _one_of(tuple(UnitKind)), PolicyLine: _one_of(tuple(Kind))}
TABLES: dict[str, type[Any]] = {
    "units": UnitLine, "people": PersonLine, "places": PlaceLine, "categories": CategoryLine,
    "policies": PolicyLine, "meetings": MeetingLine,
}  # fmt: skip
NAMED_BY = {"units": "slug", "people": "email", "places": "slug", "categories": "slug", "policies": "scope"}

# --- one table -----------------------------------------------------------------------------

Line = TypeVar("Line")


def _house_of(tables: dict[str, Any], troubles: list[Trouble]) -> HouseFile:
    troubles += [Trouble(f"[{name}]", "is not known") for name in tables if name not in {"house", *TABLES}]
    house = _line(HouseLine, tables.get("house", {}), "[house]", troubles)
    lines = {name: tuple(_lines(name, tables.get(name, []), troubles)) for name in TABLES}
    return HouseFile(house=house or HouseLine(), **lines)


def _lines(name: str, rows: Any, troubles: list[Trouble]) -> Iterator[Any]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        troubles.append(Trouble(f"[[{name}]]", "must be written with two brackets"))
        return
    for number, row in enumerate(rows, start=1):
        called = row.get("slug") or row.get("email") or row.get("name") or "?"
        line = _line(TABLES[name], row, f'[[{name}]] no. {number} "{called}"', troubles)
        if line is not None:
            yield line


def _line(kind: type[Line], row: Any, place: str, troubles: list[Trouble]) -> Line | None:
    if not isinstance(row, dict):
        troubles.append(Trouble(place, "must be a table"))
        return None
    expected = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    found = [Trouble(place, f"knows no {name}") for name in row if name not in expected]
    found += [
        Trouble(place, f"lacks {name}")
        for name, field in expected.items()
        if field.default is MISSING and name not in row
    ]
    values = {name: _value(kind, name, row[name], place, found) for name in expected if name in row}
    troubles += found
    return None if found else kind(**values)


def _value(kind: type[Any], name: str, given: Any, place: str, troubles: list[Trouble]) -> Any:
    check = KINDS[kind] if name == "kind" else CHECKS[name]
    try:
        return check(given)
    except Wrong as wrong:
        troubles.append(Trouble(f"{place}, {name}", f"{wrong}, not {given!r}"))
        return None


# --- the whole file -------------------------------------------------------------------------


def _doubled(house: HouseFile) -> Iterator[Trouble]:
    for table, key in NAMED_BY.items():
        names = [getattr(line, key) for line in getattr(house, table)]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield Trouble(f"[[{table}]]", f"{name!r} stands there more than once")


def _unknown_names(house: HouseFile, known: Known) -> Iterator[Trouble]:
    there = {
        table: getattr(known, table) | {getattr(line, NAMED_BY[table]) for line in getattr(house, table)}
        for table in ("units", "people", "places", "categories")
    }
    for place, table, name in _names_used(house):
        if name is not None and name not in there[table]:
            yield Trouble(place, f"there is no {name!r} among the {table}")


def _names_used(house: HouseFile) -> Iterator[tuple[str, str, str | None]]:
    for unit in house.units:
        yield f'[[units]] "{unit.slug}", place', "places", unit.place
        yield f'[[units]] "{unit.slug}", head', "people", unit.head
    for person in house.people:
        yield f'[[people]] "{person.email}", deputy', "people", person.deputy
        for _, slug in person.roles:
            yield f'[[people]] "{person.email}", roles', "units", slug
    for category in house.categories:
        yield f'[[categories]] "{category.slug}", unit', "units", category.unit
    for policy in house.policies:
        yield f'[[policies]] "{policy.name}", category', "categories", policy.category
        yield f'[[policies]] "{policy.name}", place', "places", policy.place
