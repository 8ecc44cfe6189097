"""The statistics of the municipality: each count as it may be told, and medians."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.organisation.categories import Category
from cases.organisation.perspectives import perspectives
from cases.organisation.places import Place
from cases.organisation.units import MAY_BE_RESPONSIBLE, Unit
from cases.public.figures.checked import LastCheck, last_check
from cases.public.figures.counting import Counts, count_groups
from cases.public.figures.groups import ALL, NOT_GIVEN, YEARS, CaseGroup, Figure, Members, Span
from cases.public.figures.withholding import LEAST, Withheld, Withholding
from cases.refusals import UnknownName

NOTHING = Counts()
Names = Mapping[str, Mapping[str, tuple[str, str | None]]]
FILTERS = {  # as requests name them
    "year": "period", "ended": "ended", "unit": "responsible", "topic": "category", "place": "place",
    "perspective": "perspective",
}  # fmt: skip


@dataclass(frozen=True)
class ToldCount:
    """One count as it may be told: the count, or None and the reason why it is withheld."""

    count: int | None
    withheld: Withheld | None = None


@dataclass(frozen=True)
class Mark:
    """How far the house had come when something was counted: its last case and its last event."""

    case_id: int
    event_id: int


@dataclass(frozen=True)
class PublicStatistics:
    """The figures of all cases at the moment `at` (UTC).

    `members` are the years, units, topics, places and perspectives by which cases can be told apart, `names` those of
    all but the years by slug, each in Swedish and, if it has one, in English. `check` is the last independent check for
    forgotten cases, None before the first.
    """

    at: datetime
    members: Members
    names: Names
    groups: Mapping[CaseGroup, Counts]
    withholding: Withholding
    check: LastCheck | None

    def told(self, group: CaseGroup, figure: Figure) -> ToldCount:
        """Return the figure of the group, as it may be told."""
        why = self.withholding.of((group, figure))
        return ToldCount(None, why) if why else ToldCount(self.groups.get(group, NOTHING).figures[figure])

    def median_days(self, group: CaseGroup, span: Span) -> float | None:
        """Return the median of the days that the group's cases took; None when fewer than five of them were measured.

        In the whole municipality one measured case is enough. None also when it is withheld how many cases it has.
        """
        days = self.groups.get(group, NOTHING).days[span]
        enough = len(days) >= (LEAST if group.narrowed else 1)
        return median(days) if enough and self.told(group, group.all_of_it).withheld is None else None

    def check_names(self, group: CaseGroup) -> None:
        """Raise `UnknownName` for the first name in the group that no year, unit, topic or place has."""
        for dimension, name in zip(CaseGroup._fields, group, strict=True):
            if name not in (ALL, *self.members[dimension]):
                raise UnknownName(field=FILTERS[dimension], name=name)

    @property
    def span_of_years(self) -> tuple[str, str]:
        """The first and the last year in which cases came in or ended."""
        return self.members["year"][0], self.members["year"][-1]


def gather_statistics(session: Session, now: datetime) -> PublicStatistics:
    """Count all cases; return the statistics. `now` (UTC) decides which cases are late."""
    groups, names = count_groups(session, now), _names(session)
    this_year = calendar_of(session).day_of(now).year
    years = [*(int(year) for group in groups for year in (group.year, group.ended) if year != ALL), this_year]
    members = {
        **{name: [str(year) for year in range(min(years), max(years) + 1)] for name in YEARS},
        "unit": list(names["unit"]),
        "topic": [*names["topic"], NOT_GIVEN],
        "place": [*names["place"], NOT_GIVEN],
        "perspective": _perspectives(names["perspective"], groups),
    }
    counts = {(group, figure): n for group, counted in groups.items() for figure, n in counted.figures.items()}
    return PublicStatistics(now, members, names, groups, Withholding(counts, members), last_check(session))


def mark_of(session: Session) -> Mark:
    """Return how far the house has come, by two look-ups."""
    return Mark(*session.execute(select(_last(Case.id), _last(Event.id))).one())


def _last(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return select(func.coalesce(func.max(column), 0)).scalar_subquery()


def _perspectives(named: Mapping[str, object], groups: Mapping[CaseGroup, Counts]) -> list[str]:
    """Return the perspectives of the house and those that cases have; [] where there is none."""
    found = {*named, *(group.perspective for group in groups)} - {ALL, NOT_GIVEN}
    return [*sorted(found), NOT_GIVEN] if found else []


def _names(session: Session) -> Names:
    """Return the names of all topics and places, and of the units that are or have been responsible for a case."""
    units = or_(Unit.kind.in_(MAY_BE_RESPONSIBLE), Unit.id.in_(select(Case.responsible_id)))
    rows = session.execute(
        union_all(
            _named("unit", Unit, Unit.name).where(units),
            _named("topic", Category, Category.name_en),
            _named("place", Place, Place.name),
        )
    )
    found: dict[str, dict[str, tuple[str, str | None]]] = {"unit": {}, "topic": {}, "place": {}}
    found["perspective"] = dict(perspectives(session))
    for row in rows:
        found[row.what][row.slug] = (row.name, row.name_en)
    return found


def _named(what: str, table: Any, in_english: Any) -> Select[Any]:
    return select(literal(what).label("what"), table.slug, table.name, in_english.label("name_en"))
