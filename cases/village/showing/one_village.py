"""One village: its plan by area, what it has done, what others do for it; for members also what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.organisation.units import Unit
from cases.public.published import PublicCase, list_published
from cases.public.published_filters import PublicFilters
from cases.refusals import NotFound
from cases.states import Kind
from cases.village.plans.reading.item_rows import WAS_DONE, ItemReader, items_shown, masked, unmasked
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.rights import may
from cases.village.showing.all_villages import VILLAGES, VillageListed, village_listed
from cases.village.showing.open_matters import OpenMatter, open_cases, owed_by_or_to
from cases.village.showing.tallies import PlanTally, tally

MOST_DONE, MOST_PUBLISHED = 6, 5
ASKED_KINDS = (Kind.ISSUE.value, Kind.PROPOSAL.value)  # what people ask; the items of plans are shown by themselves
AREAS = (
    select(FocusArea.rank, FocusArea.name, PlanItem.id)
    .outerjoin(PlanItem, PlanItem.focus_id == FocusArea.id)
    .order_by(FocusArea.rank, PlanItem.number)
)


@dataclass(frozen=True)
class AreaOfVillage:
    """One focus area of the plan that stands, with how far its items have come; rank 1 is the most important."""

    rank: int
    name: str
    tally: PlanTally


@dataclass(frozen=True)
class VillageShown:
    """What is shown of one group. `done` are items of all its plans, the latest first, `by_others` those of this plan.

    `published` are the latest cases from its place that were published. `is_inside` tells whether the reader belongs
    to the group or is staff: only then `owed` and `cases` hold anything.
    """

    village: VillageListed
    vision: str | None
    areas: tuple[AreaOfVillage, ...]
    done: tuple[PlanItemShown, ...]
    by_others: tuple[PlanItemShown, ...]
    published: tuple[PublicCase, ...]
    is_inside: bool
    is_member: bool
    owed: tuple[OpenMatter, ...] = ()
    cases: tuple[OpenMatter, ...] = ()


def village_shown(session: Session, slug: str, *, by: Actor, at: datetime) -> VillageShown:
    """Return what the actor may read of the active group with this slug, as it is at the moment `at` (UTC).

    For all but the group and staff, personal data in texts are masked. Raises `NotFound` when there is no such group.
    """
    row = session.execute(VILLAGES.where(Unit.slug == slug)).first()
    if row is None:
        raise NotFound(ref=slug)
    is_inside = may("read_draft", by, row.Unit)
    areas, current, done = _plan(session, row, is_public=not is_inside, at=at)
    return VillageShown(
        village=village_listed(session, row, tally(current), at=at),
        vision=row.vision if is_inside else masked(row.vision), areas=areas, done=done[:MOST_DONE],
        by_others=tuple(item for item in current if item.kind is not PlanItemKind.OWN),
        published=_published(session, row.place), is_inside=is_inside, is_member=by.is_in(row.Unit.id),
        owed=tuple(owed_by_or_to(session, row.Unit, at=at)) if is_inside else (),
        cases=tuple(open_cases(session, row.Unit, at=at)) if is_inside else (),
    )  # fmt: skip


def _plan(
    session: Session, row: Any, *, is_public: bool, at: datetime
) -> tuple[tuple[AreaOfVillage, ...], list[PlanItemShown], tuple[PlanItemShown, ...]]:
    """Return the areas and the items of the version that stands, and all that is done, of earlier versions too."""
    if row.version_id is None:
        return (), [], ()
    areas = session.execute(AREAS.where(FocusArea.version_id == row.version_id)).all()
    reader, shown = (ItemReader.PUBLIC, masked) if is_public else (ItemReader.INSIDE, unmasked)
    items = items_shown(session, _is_current_or_done(row), reader=reader, at=at)
    keys = {area.id for area in areas}
    current = [item for item in items if item.key in keys]
    names = {area.rank: shown(area.name) or "" for area in areas}
    by_rank = {rank: tally(item for item in current if item.area == rank) for rank in names}
    of_village = tuple(AreaOfVillage(rank, name, by_rank[rank]) for rank, name in names.items())
    return of_village, current, _latest_first(items)


def _is_current_or_done(row: Any) -> ColumnElement[bool]:
    """Return the condition on items: of the version that stands, or the latest of a case that is done."""
    adopted = select(PlanVersion.id).where(PlanVersion.plan_id == row.plan_id, PlanVersion.adopted_on.is_not(None))
    latest = select(func.max(PlanItem.id)).where(PlanItem.version_id.in_(adopted)).group_by(PlanItem.case_id)
    return or_(PlanItem.version_id == row.version_id, and_(PlanItem.id.in_(latest), Case.state.in_(sorted(WAS_DONE))))


def _latest_first(items: Sequence[PlanItemShown]) -> tuple[PlanItemShown, ...]:
    done = [item for item in items if item.done_on is not None]
    return tuple(sorted(done, key=lambda item: (item.done_on or date.min, item.key), reverse=True))


def _published(session: Session, place: str | None) -> tuple[PublicCase, ...]:
    if place is None:
        return ()
    return tuple(list_published(session, PublicFilters(place=place, kinds=ASKED_KINDS), limit=MOST_PUBLISHED)[0])
