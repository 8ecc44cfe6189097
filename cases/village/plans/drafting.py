"""Drafting: a draft begins as a copy of the version that stands, and is saved as a whole."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.organisation.categories import Category
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.refusals import StaleDraft, UnknownName
from cases.village.plans.draft_content import DraftContent, DraftItem, check_content
from cases.village.plans.due_days import plan_year
from cases.village.plans.finding import (
    draft_of,
    draft_to_change,
    items_to_settle,
    plan_to_change,
    standing_version,
)
from cases.village.plans.lacking import HAD_ENDED, states_of
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_drop import PlanDrop
from cases.village.plans.records.plan_item import PlanItem
from cases.village.plans.records.plan_version import PlanVersion
from cases.village.rights import require

COPIED = (
    "kind",
    "title",
    "text",
    "category_id",
    "place_id",
    "responsible_id",
    "year",
    "quarter",
    "cost_ore",
    "case_id",
)


def begin_draft(session: Session, slug: str, *, by: Actor, at: datetime) -> tuple[PlanVersion, bool]:
    """Begin a draft of the plan with this slug at the moment `at` (UTC); return it, and True.

    It copies the areas and items of the version that stands; an item that is done or has ended is left out, and one
    whose case was reopened since comes back. When there is a draft already, return that one, and False. Raises
    `NotFound` or `NotAllowed`.
    """
    unit, plan = plan_to_change(session, slug)
    require("draft_plan", by, unit)
    if (draft := draft_of(session, plan)) is not None:
        return draft, False
    standing = standing_version(session, plan)
    draft = PlanVersion(
        plan_id=plan.id, unit_id=plan.unit_id, number=standing.number + 1 if standing else 1,
        year=plan_year(calendar_of(session).day_of(at)), follows_id=standing.id if standing else None,
        changed_at=at, changed_by_id=by.person_id,
    )  # fmt: skip
    if standing is not None:
        draft.revision = standing.revision + 1  # what was opened before that adoption is stale here too
        draft.vision, draft.situation, draft.strengths = standing.vision, standing.situation, standing.strengths
    session.add(draft)
    session.flush()
    if standing is not None:
        _copy(session, plan, standing, draft)
    return draft, True


def put_draft(session: Session, slug: str, content: DraftContent, *, by: Actor, at: datetime) -> PlanVersion:
    """Save the whole draft of the plan at the moment `at` (UTC), in place of what it said before; return it.

    Raises `NotFound`, `NotAllowed`, `NoDraft`, `StaleDraft` when somebody has saved it since `content.version`, and
    what `check_content` raises; `UnknownName` also for a slug or an item that is not found.
    """
    unit, plan = plan_to_change(session, slug)
    require("draft_plan", by, unit)
    draft = draft_to_change(session, plan)
    refuse_stale_draft(session, draft, content.version)
    check_content(content)
    origins = {item.id: item for item in items_to_settle(session, plan)}
    _refuse_unknown_items(content, origins)
    _empty(session, draft)
    areas = _add_areas(session, draft, content)
    _add_items(session, draft, content, areas, origins)
    session.add_all(
        PlanDrop(
            version_id=draft.id, item_id=drop.item, unit_id=draft.unit_id, fate=drop.fate, reason=drop.reason.strip()
        )
        for drop in content.dropped
    )
    draft.year, draft.vision = content.year, _text(content.vision)
    draft.situation, draft.strengths = _text(content.situation), _text(content.strengths)
    draft.revision, draft.changed_at, draft.changed_by_id = draft.revision + 1, at, by.person_id
    session.flush()
    return draft


def refuse_stale_draft(session: Session, draft: PlanVersion, version: int | None) -> None:
    """Raise `StaleDraft`, which tells by whom and when, if the draft was saved after the revision `version`."""
    if version is None or version == draft.revision:
        return
    person = session.get(Person, draft.changed_by_id) if draft.changed_by_id else None
    local = draft.changed_at.astimezone(calendar_of(session).zone)
    raise StaleDraft(
        version=draft.revision, name=person.name if person else "", on=local.date(), clock=f"{local:%H.%M}"
    )


# --- a copy of the version that stands -----------------------------------------------------------


def _copy(session: Session, plan: Plan, standing: PlanVersion, draft: PlanVersion) -> None:
    before = session.scalars(
        select(FocusArea).where(FocusArea.version_id == standing.id).order_by(FocusArea.rank)
    ).all()
    areas = {
        area.id: FocusArea(version_id=draft.id, rank=area.rank, name=area.name, why=area.why, origin_id=area.id)
        for area in before
    }
    session.add_all(areas.values())
    session.flush()
    earlier = items_to_settle(session, plan)
    states = states_of(session, earlier)
    items = [item for item in earlier if states[item.id] not in HAD_ENDED]
    _add_area_for_strays(session, draft, areas, items)
    session.add_all(
        PlanItem(
            version_id=draft.id, unit_id=draft.unit_id, focus_id=areas[item.focus_id].id, number=number,
            origin_id=item.id, **{name: getattr(item, name) for name in COPIED},
        )
        for number, item in enumerate(items, start=1)
    )  # fmt: skip
    session.flush()


def _add_area_for_strays(
    session: Session, draft: PlanVersion, areas: dict[int, FocusArea], items: Iterable[PlanItem]
) -> None:
    """Find an area for items of older versions that come back: that of the same name, or one that is added last."""
    for item in items:
        if item.focus_id in areas:
            continue
        older = session.get_one(FocusArea, item.focus_id)
        same = next((area for area in areas.values() if area.name == older.name), None)
        if same is None:
            rank = max((area.rank for area in areas.values()), default=0) + 1
            same = FocusArea(version_id=draft.id, rank=rank, name=older.name, why=older.why, origin_id=older.id)
            session.add(same)
            session.flush()
        areas[item.focus_id] = same


# --- the draft as it was given -------------------------------------------------------------------


def _refuse_unknown_items(content: DraftContent, origins: Mapping[int, PlanItem]) -> None:
    for place, item in enumerate(content.items):
        if item.origin is not None and item.origin not in origins:
            raise UnknownName(field=f"items.{place}.origin", name=str(item.origin))
    for place, drop in enumerate(content.dropped):
        if drop.item not in origins:
            raise UnknownName(field=f"dropped.{place}.item", name=str(drop.item))


def _empty(session: Session, draft: PlanVersion) -> None:
    for table in (PlanDrop, PlanItem, FocusArea):
        session.execute(delete(table).where(table.version_id == draft.id))
    session.expire_all()


def _add_areas(session: Session, draft: PlanVersion, content: DraftContent) -> dict[int, int]:
    """Add the areas; return their ids by rank. An area of the same name in the version before is its origin."""
    before = select(FocusArea.name, func.min(FocusArea.id)).where(FocusArea.version_id == draft.follows_id)
    origins = {row[0]: row[1] for row in session.execute(before.group_by(FocusArea.name))}
    areas = [
        FocusArea(
            version_id=draft.id, rank=area.rank, name=visible(area.name), why=_text(area.why),
            origin_id=origins.get(visible(area.name)),
        )
        for area in content.areas
    ]  # fmt: skip
    session.add_all(areas)
    session.flush()
    return {area.rank: area.id for area in areas}


def _add_items(
    session: Session,
    draft: PlanVersion,
    content: DraftContent,
    areas: Mapping[int, int],
    origins: Mapping[int, PlanItem],
) -> None:
    named = {
        "category": _ids(session, Category, content.items, "category"),
        "place": _ids(session, Place, content.items, "place"),
        "responsible": _ids(session, Unit, content.items, "responsible"),
    }
    for number, item in enumerate(content.items, start=1):
        ids = {f"{name}_id": found.get(getattr(item, name) or "") for name, found in named.items()}
        session.add(
            PlanItem(
                version_id=draft.id, unit_id=draft.unit_id, focus_id=areas[item.area], number=number, kind=item.kind,
                title=visible(item.title), text=_text(item.text), year=item.year, quarter=item.quarter,
                cost_ore=item.cost_ore, origin_id=item.origin,
                case_id=origins[item.origin].case_id if item.origin is not None else None, **ids,
            )
        )  # fmt: skip
    session.flush()


def _ids(
    session: Session, table: type[Category] | type[Place] | type[Unit], items: Iterable[DraftItem], name: str
) -> dict[str, int]:
    """Return the ids of the active rows that the items name, by slug. Raises `UnknownName` for a lost one."""
    slugs = {slug for item in items if (slug := getattr(item, name))}
    rows = session.execute(select(table.slug, table.id).where(table.slug.in_(slugs), table.active))
    found = {row.slug: row.id for row in rows}
    for place, item in enumerate(items):
        if (slug := getattr(item, name)) and slug not in found:
            raise UnknownName(field=f"items.{place}.{name}", name=slug)
    return found


def _text(text: str | None) -> str | None:
    return visible(text or "") or None
