"""What a house's file says, line by line, as frozen values."""

from dataclasses import dataclass
from datetime import date

from cases.deadlines.policies import DEFAULT_TERMS, Terms


@dataclass(frozen=True)
class MunicipalityLine:
    """The settings of the municipality; None leaves a setting as it stands."""

    name: str | None = None
    proposals: bool | None = None
    contact_phone: str | None = None


@dataclass(frozen=True)
class UnitLine:
    """One unit. `place` is a slug; `head` is the address of the person who heads it."""

    slug: str
    kind: str
    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    head: str | None = None


@dataclass(frozen=True)
class PersonLine:
    """One person. `deputy` is an address, and each role stands with the slug of its unit (None for an admin)."""

    email: str
    name: str
    phone: str | None = None
    locale: str = "sv"
    deputy: str | None = None
    roles: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class PlaceLine:
    """One place that a case may be about."""

    slug: str
    name: str


@dataclass(frozen=True)
class CategoryLine:
    """One category of cases. `unit` is the slug of the unit that is suggested for them."""

    slug: str
    name: str
    name_en: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PolicyLine:
    """The terms of the cases of one kind, category and place; None stands for all of them."""

    name: str
    kind: str | None = None
    category: str | None = None
    place: str | None = None
    terms: Terms = DEFAULT_TERMS

    @property
    def scope(self) -> str:
        """Return the policy's key, as "issue/trafik/*"."""
        return "/".join(part or "*" for part in (self.kind, self.category, self.place))


@dataclass(frozen=True)
class MeetingLine:
    """One meeting of the forum, on this local day."""

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
