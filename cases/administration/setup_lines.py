"""The entries of a setup file, as frozen dataclasses."""

from dataclasses import dataclass
from datetime import date, time

from cases.deadlines.policies import DEFAULT_TERMS, Terms, scope_of
from cases.organisation.units import FORUM


@dataclass(frozen=True)
class MunicipalityLine:
    """The table [house] of a setup file: settings of the municipality; None where the file gives no value.

    `secretary` is the slug of the unit that owes the minutes of meetings, `act_from_letters` an `ActFromLetters`.
    """

    name: str | None = None
    proposals: bool | None = None
    contact_phone: str | None = None
    contact_days: int | None = None
    forum_seats: int | None = None
    adjust_days: int | None = None
    act_from_letters: str | None = None
    asks_how_it_went: bool | None = None
    secretary: str | None = None


@dataclass(frozen=True)
class UnitLine:
    """One entry of [[units]] in a setup file. `place` is the slug of a place, `head` the mail address of a person.

    `sort` is that of a group, `seats` of a body of kind forum: how many seats each sector has there. `meets` has the
    months of the ordinary meetings of a body: None leaves them as they are, () says that it has no rhythm.
    """

    slug: str
    kind: str
    name: str
    email: str | None = None
    phone: str | None = None
    place: str | None = None
    sort: str | None = None
    head: str | None = None
    meets: tuple[int, ...] | None = None
    seats: dict[str, int] | None = None


@dataclass(frozen=True)
class SeatLine:
    """One role of a person in a setup file that is a seat in the body `unit`, of the group `group` or of a sector.

    `since` and `until` are local days; it is held up to the day before `until`.
    """

    unit: str
    group: str | None = None
    sector: str | None = None
    office: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class PersonLine:
    """One entry of [[people]] in a setup file. `deputy` is a mail address.

    `roles` are pairs (role, slug of unit), and seats.
    """

    email: str
    name: str
    phone: str | None = None
    locale: str = "sv"
    deputy: str | None = None
    roles: tuple[tuple[str, str | None] | SeatLine, ...] = ()

    @property
    def posts(self) -> tuple[tuple[str, str | None], ...]:
        """The roles that are no seats, as pairs (role, slug of unit); the role admin has no unit."""
        return tuple(role for role in self.roles if not isinstance(role, SeatLine))

    @property
    def seats(self) -> tuple[SeatLine, ...]:
        """The roles that are seats."""
        return tuple(role for role in self.roles if isinstance(role, SeatLine))


@dataclass(frozen=True)
class PlaceLine:
    """One entry of [[places]] in a setup file."""

    slug: str
    name: str


@dataclass(frozen=True)
class RegisterLine:
    """The key `register` of a category in a setup file: the town's words in the register of the topic."""

    decides: str | None = None
    keeper: str | None = None
    sorts: tuple[str, ...] = ()


@dataclass(frozen=True)
class CategoryLine:
    """One entry of [[categories]] in a setup file. `unit` is the slug of the unit that is suggested for its cases."""

    slug: str
    name: str
    name_en: str | None = None
    unit: str | None = None
    register: RegisterLine | None = None


@dataclass(frozen=True)
class AuthorityLine:
    """One entry of [[authorities]] in a setup file."""

    slug: str
    name: str
    kind: str


@dataclass(frozen=True)
class PerspectiveLine:
    """One entry of [[perspectives]] in a setup file."""

    slug: str
    name: str
    name_en: str | None = None


@dataclass(frozen=True)
class PolicyLine:
    """One entry of [[policies]] in a setup file. A policy says how long the clocks of certain cases run (`terms`).

    It is for the cases with this `kind` and `obligation` (words such as "duty" and "plan"), `category` and `place`
    (slugs); None stands for any.
    """

    name: str
    kind: str | None = None
    obligation: str | None = None
    category: str | None = None
    place: str | None = None
    terms: Terms = DEFAULT_TERMS

    @property
    def scope(self) -> str:
        """For which cases the policy is, as in "issue/*/ekvinda", where "*" stands for any category.

        All versions of a policy have the same scope; no other policy has it.
        """
        return scope_of(self.kind, self.obligation, self.category, self.place)


@dataclass(frozen=True)
class MeetingLine:
    """One entry of [[meetings]] in a setup file.

    `on` is the local day of the meeting, `starts_at` its local time, `body` the slug of who meets.
    """

    on: date
    name: str
    where: str | None = None
    body: str = FORUM
    sort: str = "ordinary"
    theme: str | None = None
    starts_at: time | None = None


@dataclass(frozen=True)
class SetupFile:
    """All entries of a setup file: a field for each of its TOML tables."""

    municipality: MunicipalityLine = MunicipalityLine()
    units: tuple[UnitLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    places: tuple[PlaceLine, ...] = ()
    categories: tuple[CategoryLine, ...] = ()
    authorities: tuple[AuthorityLine, ...] = ()
    perspectives: tuple[PerspectiveLine, ...] = ()
    policies: tuple[PolicyLine, ...] = ()
    meetings: tuple[MeetingLine, ...] = ()


@dataclass(frozen=True)
class ExistingNames:
    """The names that are in the database already, so that entries of a setup file may refer to them.

    `people` holds mail addresses, the others slugs.
    """

    units: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
