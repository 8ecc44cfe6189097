"""Published plans: the list of all, and one version with its areas and items. Everybody may read them."""

from datetime import date, datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.organisation.units import Unit, UnitKind
from cases.refusals import NotFound
from cases.village.owing import is_still_owed
from cases.village.plans.finding import plan_named
from cases.village.plans.obligations import PLAN, next_day
from cases.village.plans.reading.item_rows import ItemReader, Shown, items_shown, masked, unmasked
from cases.village.plans.reading.shown import (
    AnchoringListed,
    AreaShown,
    DropShown,
    PlanItemShown,
    PlanListed,
    PlanShown,
    VersionListed,
)
from cases.village.plans.records.anchoring import Anchoring
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan import REVISE_MONTHS, Plan, PlanKind
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.rights import may

NEWER = aliased(PlanVersion)
IS_NEWEST = ~exists().where(
    NEWER.plan_id == PlanVersion.plan_id, NEWER.adopted_on.is_not(None), NEWER.number > PlanVersion.number
)
SLUG = func.coalesce(Plan.slug, Unit.slug)
OWED, EARLIER = aliased(Case), aliased(Case)
IS_OWED = and_(OWED.obligation == PLAN.name, is_still_owed(OWED))
LAST_DAY = select(EARLIER.duty_on).join(Event, Event.stream == EARLIER.id)  # of the case by which one was adopted
LISTED: Select[Unit, Plan, PlanVersion, datetime | None, date | None] = (
    select(Unit, Plan, PlanVersion, OWED.due_at, LAST_DAY.where(Event.id == PlanVersion.event_id).scalar_subquery())
    .outerjoin(Plan, Plan.unit_id == Unit.id)
    .outerjoin(PlanVersion, and_(PlanVersion.plan_id == Plan.id, PlanVersion.adopted_on.is_not(None), IS_NEWEST))
    .outerjoin(OWED, and_(IS_OWED, OWED.subject == SLUG))
    .where(Unit.active, or_(Plan.id.is_not(None), Unit.kind == UnitKind.GROUP))
    .order_by(Unit.name, Unit.id)
)


def plans_listed(session: Session, *, at: datetime) -> list[PlanListed]:
    """Return all plans of active units by the unit's name, as they are at the moment `at` (UTC)."""
    return [_listed(session, *row, at=at) for row in session.execute(LISTED)]


def plan_shown(session: Session, slug: str, number: int | None = None, *, by: Actor, at: datetime) -> PlanShown:
    """Return the version with this number of the plan, None for the one that stands, as it is at the moment `at` (UTC).

    For all but the group and staff, personal data in texts are masked. Raises `NotFound` when there is no such plan, or
    no adopted version with this number.
    """
    unit, plan = plan_named(session, slug)
    is_public = not may("read_draft", by, unit)
    shown = masked if is_public else unmasked
    versions = _versions(session, plan)
    version = next((one for one in versions if number in (None, one.number)), None)
    if version is None and number is not None:
        raise NotFound(ref=slug)
    newest = versions[0] if versions else None
    listed = _listed(session, unit, plan, newest, *_owed_by(session, slug, newest), at=at)
    return PlanShown(
        plan=listed, current=_listed_version(version), versions=tuple(filter(None, map(_listed_version, versions))),
        vision=shown(version.vision) if version else None, situation=shown(version.situation) if version else None,
        strengths=shown(version.strengths) if version else None,
        areas=areas_shown(session, version, shown) if version else (),
        items=_items(session, version, is_public=is_public, at=at) if version else (),
        dropped=drops_shown(session, version, shown) if version else (),
        anchorings=_anchorings(session, unit, shown),
    )  # fmt: skip


def named_items(
    session: Session, slug: str, *, year: int | None = None, at: datetime
) -> tuple[dict[int, str], tuple[PlanItemShown, ...]]:
    """Return the names of the areas by rank, and the items as the plan itself names them, in their order.

    They are those of the version that stands, or of the last one for this year; none before the first adoption. Raises
    `NotFound` when there is no such plan.
    """
    _, plan = plan_named(session, slug)
    version = next((one for one in _versions(session, plan) if year in (None, one.year)), None)
    if version is None:
        return {}, ()
    areas = {area.rank: area.name for area in areas_shown(session, version, unmasked)}
    return areas, items_shown(session, PlanItem.version_id == version.id, reader=ItemReader.AUTHOR, at=at)


def next_revision_on(
    session: Session, due_at: datetime | None, last_day: date | None, adopted_on: date | None, *, months: int
) -> date | None:
    """Return the local day by which a plan is to be revised next.

    `due_at` is when its revision is owed. Between an adoption and the day from which the next one is owed it is None:
    then it will be due on the `next_day` after `last_day`, that of the duty before it, or the first working day then.
    """
    if due_at is not None:
        return calendar_of(session).day_of(due_at)
    if last_day is None:
        return None
    return calendar_of(session).roll_forward(next_day(last_day, adopted_on, months=months))


def areas_shown(session: Session, version: PlanVersion, shown: Shown) -> tuple[AreaShown, ...]:
    """Return the areas of the version by rank, with their texts as `shown` returns them."""
    found = select(FocusArea).where(FocusArea.version_id == version.id).order_by(FocusArea.rank)
    return tuple(AreaShown(area.rank, shown(area.name) or "", shown(area.why)) for area in session.scalars(found))


def drops_shown(session: Session, version: PlanVersion, shown: Shown) -> tuple[DropShown, ...]:
    """Return what the version leaves out, with the texts as `shown` returns them."""
    found = select(PlanDrop, PlanItem.title).join(PlanItem, PlanItem.id == PlanDrop.item_id)
    rows = session.execute(found.where(PlanDrop.version_id == version.id).order_by(PlanDrop.item_id))
    return tuple(
        DropShown(drop.item_id, shown(title) or "", drop.fate, shown(drop.reason) or "") for drop, title in rows
    )


def _items(session: Session, version: PlanVersion, *, is_public: bool, at: datetime) -> tuple[PlanItemShown, ...]:
    reader = ItemReader.PUBLIC if is_public else ItemReader.INSIDE
    return items_shown(session, PlanItem.version_id == version.id, reader=reader, at=at)


def _versions(session: Session, plan: Plan | None) -> list[PlanVersion]:
    if plan is None:
        return []
    adopted = select(PlanVersion).where(PlanVersion.plan_id == plan.id, PlanVersion.adopted_on.is_not(None))
    return list(session.scalars(adopted.order_by(PlanVersion.number.desc())))


def _owed_by(session: Session, slug: str, newest: PlanVersion | None) -> tuple[datetime | None, date | None]:
    """Return when the next revision is due, None when none is owed yet, and the day of the duty before it."""
    owed = select(OWED.due_at).where(IS_OWED, OWED.subject == slug).scalar_subquery()
    last = LAST_DAY.where(Event.id == (newest.event_id if newest else None)).scalar_subquery()
    row = session.execute(select(owed, last)).one()
    return row[0], row[1]


def _listed(
    session: Session,
    unit: Unit,
    plan: Plan | None,
    version: PlanVersion | None,
    due_at: datetime | None,
    last_day: date | None,
    *,
    at: datetime,
) -> PlanListed:
    months = plan.revise_months if plan else REVISE_MONTHS
    adopted_on = version.adopted_on if version else None
    due_on = next_revision_on(session, due_at, last_day if unit.active else None, adopted_on, months=months)
    return PlanListed(
        slug=plan.slug if plan else unit.slug, kind=plan.kind if plan else PlanKind.LOCAL, unit=unit.slug,
        unit_name=unit.name, current=_listed_version(version), next_revision_on=due_on,
        is_late=due_on is not None and due_on < calendar_of(session).day_of(at),
    )  # fmt: skip


def _listed_version(version: PlanVersion | None) -> VersionListed | None:
    if version is None or version.adopted_on is None:
        return None
    return VersionListed(version.number, version.year, version.adopted_on)


def _anchorings(session: Session, unit: Unit, shown: Shown) -> tuple[AnchoringListed, ...]:
    replaced = select(Anchoring.replaces_id).where(Anchoring.unit_id == unit.id, Anchoring.replaces_id.is_not(None))
    found = select(Anchoring).where(Anchoring.unit_id == unit.id, Anchoring.id.not_in(replaced))
    rows = session.scalars(found.order_by(Anchoring.on_day.desc(), Anchoring.id.desc()))
    return tuple(
        AnchoringListed(row.id, row.kind, row.on_day, row.reached, row.answered, shown(row.text) or "") for row in rows
    )
