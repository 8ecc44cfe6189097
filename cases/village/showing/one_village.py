"""One village: its plan by area, what it has done, what others do for it; for members also what is owed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.organisation.units import Unit
from cases.public.published import PublicCase, list_published
from cases.public.published_filters import PublicFilters
from cases.refusals import NotFound
from cases.states import OPEN, Kind
from cases.village.plans.reading.item_rows import WAS_DONE, ItemReader, items_shown, masked, unmasked
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.relations.open_counts import open_counts
from cases.village.rights import may
from cases.village.seats.reading import SeatShown, seats_of_group
from cases.village.showing.all_villages import VILLAGES, VillageListed, village_listed
from cases.village.showing.open_matters import OpenMatter, open_cases, owed_by_or_to
from cases.village.showing.tallies import PlanTally, tally

MOST_PUBLISHED = 5
UNFINISHED = OPEN - WAS_DONE
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
    """What is shown of one group. Each item stands in one place.

    `done` is what the group has done, alone or with others, by all its plans, the latest first; `by_others` is what
    others do or have done for it by this plan. Of all these, `current` are the keys of those in this plan. `published`
    are the latest cases from its place that were published, `seats` those that it holds in the forum. `is_inside` tells
    whether the reader belongs to the group or is staff: only then `owed`, `to_do` (the items that the group is to do,
    late ones first), `cases` and `open_count` hold anything. `may_write` tells whether they may write its plan.
    """

    village: VillageListed
    vision: str | None
    areas: tuple[AreaOfVillage, ...]
    done: tuple[PlanItemShown, ...]
    by_others: tuple[PlanItemShown, ...]
    published: tuple[PublicCase, ...]
    is_inside: bool
    is_member: bool
    may_write: bool
    current: frozenset[int]
    seats: tuple[SeatShown, ...] = ()
    owed: tuple[OpenMatter, ...] = ()
    to_do: tuple[PlanItemShown, ...] = ()
    cases: tuple[OpenMatter, ...] = ()
    open_count: int = 0


def village_shown(session: Session, slug: str, *, by: Actor, at: datetime) -> VillageShown:
    """Return what the actor may read of the active group with this slug, as it is at the moment `at` (UTC).

    For all but the group and staff, personal data in texts are masked. Raises `NotFound` when there is no such group.
    """
    row = session.execute(VILLAGES.where(Unit.slug == slug)).first()
    if row is None:
        raise NotFound(ref=slug)
    is_inside = may("read_draft", by, row.Unit)
    areas, current, done = _plan(session, row, is_public=not is_inside, at=at)
    to_do = _to_do(current, slug) if is_inside else ()
    return VillageShown(
        village=village_listed(session, row, tally(current), at=at),
        vision=row.vision if is_inside else masked(row.vision), areas=areas, done=tuple(filter(_is_by_us, done)),
        by_others=tuple(item for item in current if item not in to_do and not _is_ours(item)),
        published=_published(session, row.place), is_inside=is_inside, is_member=by.is_in(row.Unit.id),
        may_write=may("draft_plan", by, row.Unit), current=frozenset(item.key for item in current), to_do=to_do,
        seats=tuple(seats_of_group(session, row.Unit, by=by, day=calendar_of(session).day_of(at))),
        owed=tuple(owed_by_or_to(session, row.Unit, at=at)) if is_inside else (),
        cases=tuple(open_cases(session, row.Unit, at=at)) if is_inside else (),
        open_count=open_counts(session, Unit.id == row.Unit.id).get(row.Unit.id, 0) if is_inside else 0,
    )  # fmt: skip


def _is_by_us(item: PlanItemShown) -> bool:
    """Return whether it is something that the group does, alone or with others, not what it asks of others."""
    return item.kind is not PlanItemKind.ASKED


def _is_ours(item: PlanItemShown) -> bool:
    """Return whether the item is the group's own, or was done by it together with others."""
    return item.kind is PlanItemKind.OWN or (_is_by_us(item) and item.done_on is not None)


def _to_do(items: Iterable[PlanItemShown], slug: str) -> tuple[PlanItemShown, ...]:
    """Return the items that are the group's own or that it has, and that are not done or ended: late ones first."""
    own = (item for item in items if item.kind is PlanItemKind.OWN or item.responsible == slug)
    unfinished = [item for item in own if item.state in UNFINISHED]
    return tuple(sorted(unfinished, key=lambda item: (not item.is_late, item.due_on or date.max, item.key)))


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
