"""What a house's file says, line by line, as frozen values."""

from dataclasses import dataclass
from datetime import date

from cases.deadlines.policies import DEFAULT_TERMS, Terms


@dataclass(frozen=True)
class MunicipalityLine:
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
class SetupFile:
    """What a file says, checked in itself."""

    house: MunicipalityLine = MunicipalityLine()
    units: tuple[UnitLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    places: tuple[PlaceLine, ...] = ()
    categories: tuple[CategoryLine, ...] = ()
    policies: tuple[PolicyLine, ...] = ()
    meetings: tuple[MeetingLine, ...] = ()


@dataclass(frozen=True)
class ExistingNames:
    """The names that the house has already, which a file may use without saying them again."""

    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
