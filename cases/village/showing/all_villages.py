"""All villages: each active group with its plan, how far that has come, and by when it is to be updated."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.organisation.places import Place
from cases.organisation.units import GroupSort, Unit, UnitKind
from cases.village.plans.reading.lateness import HAS_ITS_DAY
from cases.village.plans.reading.published import IS_NEWEST, IS_OWED, LAST_DAY, OWED, SLUG, next_revision_on
from cases.village.plans.records.plan import REVISE_MONTHS, Plan, PlanKind
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.showing.tallies import PlanTally, standing

VILLAGES = (
    select(
        Unit, Place.slug.label("place"), Place.name.label("place_name"), PlanVersion.id.label("version_id"),
        PlanVersion.year, PlanVersion.adopted_on, PlanVersion.vision, Plan.id.label("plan_id"), Plan.revise_months,
        OWED.due_at, LAST_DAY.where(Event.id == PlanVersion.event_id).scalar_subquery().label("last_day"),
    )
    .outerjoin(Place, Place.id == Unit.place_id)
    .outerjoin(Plan, and_(Plan.unit_id == Unit.id, Plan.kind == PlanKind.LOCAL))
    .outerjoin(PlanVersion, and_(PlanVersion.plan_id == Plan.id, PlanVersion.adopted_on.is_not(None), IS_NEWEST))
    .outerjoin(OWED, and_(IS_OWED, OWED.subject == SLUG))
    .where(Unit.kind == UnitKind.GROUP, Unit.active)
    .order_by(Unit.name, Unit.id)
)  # fmt: skip


@dataclass(frozen=True)
class VillageListed:
    """One group and its plan. `place` is the slug of the group's place.

    `year` and `adopted_on` are of the version that stands, None before the first adoption. The plan is to be updated by
    `next_on`; `is_late` is True from the day after.
    """

    slug: str
    name: str
    sort: GroupSort | None
    place: str | None
    place_name: str | None
    year: int | None
    adopted_on: date | None
    next_on: date | None
    is_late: bool
    tally: PlanTally = field(default_factory=PlanTally)


def villages_listed(session: Session, *, at: datetime) -> list[VillageListed]:
    """Return all active groups by name, as they are at the moment `at` (UTC); two queries, however many there are."""
    rows = session.execute(VILLAGES).all()
    tallies = _tallies(session, [row.version_id for row in rows if row.version_id is not None], at)
    return [village_listed(session, row, tallies.get(row.version_id, PlanTally()), at=at) for row in rows]


def village_listed(session: Session, row: Any, tally: PlanTally, *, at: datetime) -> VillageListed:
    """Return the group of this row of `VILLAGES`, whose plan has this tally."""
    unit: Unit = row.Unit
    months = row.revise_months or REVISE_MONTHS
    next_on = next_revision_on(session, row.due_at, row.last_day, row.adopted_on, months=months)
    return VillageListed(
        slug=unit.slug, name=unit.name, sort=unit.sort, place=row.place, place_name=row.place_name, year=row.year,
        adopted_on=row.adopted_on,
        next_on=next_on,
        is_late=next_on is not None and next_on < calendar_of(session).day_of(at), tally=tally,
    )  # fmt: skip


def _tallies(session: Session, versions: list[int], at: datetime) -> dict[int, PlanTally]:
    """Return the tally of each of these versions by its id."""
    is_past = (Case.due_at < at).label("is_past")
    found = (
        select(PlanItem.version_id, Case.state, is_past, func.count())
        .join(Case, Case.id == PlanItem.case_id)
        .where(PlanItem.version_id.in_(versions))
        .group_by(PlanItem.version_id, Case.state, is_past)
    )
    tallies: dict[int, PlanTally] = defaultdict(lambda: PlanTally(Counter()))
    for version, state, was_past, count in session.execute(found) if versions else ():
        tallies[version].counts[standing(state, is_late=bool(was_past) and state in HAS_ITS_DAY)] += count
    return tallies
