"""The entries of a setup file, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date

from cases.deadlines.policies import DEFAULT_TERMS, Terms


@dataclass(frozen=True)
class MunicipalityLine:
    """The table [house]; None: not given."""

    name: str | None = None
    proposals: bool | None = None
    contact_phone: str | None = None


@dataclass(frozen=True)
class UnitLine:
    """One entry of [[units]]. `place` is a slug, `head` a mail address."""

    slug: str
    kind: str
    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    head: str | None = None


@dataclass(frozen=True)
class PersonLine:
    """One entry of [[people]]. `deputy` is a mail address, `roles` are pairs of role and slug of the unit."""

    email: str
    name: str
    phone: str | None = None
    locale: str = "sv"
    deputy: str | None = None
    roles: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class PlaceLine:
    """One entry of [[places]]."""

    slug: str
    name: str


@dataclass(frozen=True)
class CategoryLine:
    """One entry of [[categories]]. `unit` is the slug of the unit that the category suggests."""

    slug: str
    name: str
    name_en: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class PolicyLine:
    """One entry of [[policies]]. `kind`, `category` and `place` are slugs; None: any."""

    name: str
    kind: str | None = None
    category: str | None = None
    place: str | None = None
    terms: Terms = DEFAULT_TERMS

    @property
    def scope(self) -> str:
        """What the policy is for, as "kind/category/place", with "*" for any."""
        return "/".join(part or "*" for part in (self.kind, self.category, self.place))


@dataclass(frozen=True)
class MeetingLine:
    """One entry of [[meetings]]. `on` is a local day."""

    on: date
    name: str
    where: str | None = None


@dataclass(frozen=True)
class SetupFile:
    """All entries of a setup file. Names are not yet checked against the database."""

    municipality: MunicipalityLine = MunicipalityLine()
    units: tuple[UnitLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    places: tuple[PlaceLine, ...] = ()
    categories: tuple[CategoryLine, ...] = ()
    policies: tuple[PolicyLine, ...] = ()
    meetings: tuple[MeetingLine, ...] = ()


@dataclass(frozen=True)
class ExistingNames:
    """Slugs and mail addresses that the database has already: a file may refer to them."""

    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
