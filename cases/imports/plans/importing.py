"""Reading the items of a plan from a file into the draft of a group."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TITLE, Case
from cases.database.texts import is_storable, visible
from cases.imports.tables import Record, Values, read_table
from cases.organisation.categories import Category
from cases.organisation.units import Unit
from cases.village.plans.draft_content import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_AREAS,
    MOST_ITEMS,
    DraftArea,
    DraftContent,
    DraftDrop,
    DraftItem,
)
from cases.village.plans.drafting import begin_draft, put_draft
from cases.village.plans.finding import items_to_settle, plan_to_change
from cases.village.plans.reading.drafts import draft_shown
from cases.village.plans.reading.shown import DraftShown
from cases.village.plans.records.focus_area import LONGEST_NAME
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind

NEEDED = ("title", "area")
Bad = list[tuple[int, list[str]]]  # numbers of rows, each with what is wrong in it


@dataclass(frozen=True)
class PlanFileRead:
    """What a file said: how many items it has, how many of them go on, and the rows that cannot be used."""

    items: int = 0
    carried: int = 0
    bad: Bad = field(default_factory=list)


@dataclass
class _Known:
    """What rows may name: slugs, and items that may be carried on, by the reference of their case."""

    slug: str
    units: set[str]
    categories: set[str]
    items: dict[str, PlanItem]
    areas: dict[str, int] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def import_plan(session: Session, slug: str, path: Path, *, is_dry_run: bool, by: Actor, at: datetime) -> PlanFileRead:
    """Put the items of the file into the draft of the plan with this slug, at the moment `at` (UTC).

    A draft is begun when there is none; its words and what it drops stay. Nothing changes when a row is bad, nor when
    `is_dry_run`. Raises `BadTable` for a file that cannot be read, and what `begin_draft` and `put_draft` raise.
    """
    columns, records = read_table(path)
    if lost := [name for name in NEEDED if name not in columns]:
        return PlanFileRead(bad=[(1, [f"has no column {name}" for name in lost])])
    trial = session.begin_nested()
    begin_draft(session, slug, by=by, at=at)
    known, items = _known(session, slug), list[DraftItem]()
    bad: Bad = []
    for record in records:
        item, wrong = _read(record, known)
        if item is not None and len(items) == MOST_ITEMS:
            wrong.append(f"a plan has at most {MOST_ITEMS} items")
        bad += [(record.number, wrong)] if wrong else []
        items += [item] if item is not None and not wrong else []
    if not items and not bad:
        bad.append((1, ["has no item below it"]))
    if not bad:
        draft = draft_shown(session, slug, by=by, at=at)
        put_draft(session, slug, _content(draft, known, items), by=by, at=at)
    if bad or is_dry_run:
        trial.rollback()
    else:
        trial.commit()
    return PlanFileRead(len(items), sum(item.origin is not None for item in items), bad)


def _known(session: Session, slug: str) -> _Known:
    _, plan = plan_to_change(session, slug)
    items = items_to_settle(session, plan)
    refs = {
        row.id: row.ref
        for row in session.execute(select(Case.id, Case.ref).where(Case.id.in_({i.case_id for i in items})))
    }
    return _Known(
        slug, set(session.scalars(select(Unit.slug).where(Unit.active))),
        set(session.scalars(select(Category.slug).where(Category.active))),
        {refs[item.case_id]: item for item in items if item.case_id is not None},
    )  # fmt: skip


def _content(draft: DraftShown | None, known: _Known, items: list[DraftItem]) -> DraftContent:
    if draft is None:
        raise LookupError("there is no draft")
    why = {area.name: area.why for area in draft.areas}
    carried = {item.origin for item in items}
    left_out = [drop for drop in draft.dropped if drop.item not in carried]
    return DraftContent(
        draft.year, draft.version, draft.vision, draft.situation, draft.strengths,
        areas=tuple(DraftArea(rank, name, why.get(name)) for name, rank in known.areas.items()),
        items=tuple(items),
        dropped=tuple(DraftDrop(drop.item, drop.fate, drop.reason) for drop in left_out),
    )  # fmt: skip


# --- one row -------------------------------------------------------------------------------------


def _read(record: Record, known: _Known) -> tuple[DraftItem | None, list[str]]:
    """Return the item of this row, or None and what is wrong with the row."""
    wrong, found = list(record.bad), {name: visible(text) for name, text in record.values.items()}
    read: dict[str, Any] = {name: _checked(found, name, read_as, wrong, known) for name, read_as in FIELDS.items()}
    if found.get("group") not in (None, "", known.slug):
        wrong.append(f"group: is of another plan, {found['group']}")
    area = _checked(found, "area", _area, wrong, known)
    if (ref := found.get("case")) and (ref not in known.items or ref in known.used):
        wrong.append(f"case: {ref} is no item of the plan that can be carried on, or stands twice")
    if wrong:
        return None, wrong
    before = known.items[ref] if ref else None
    known.used.add(ref or "")
    item = DraftItem(
        area=known.areas.setdefault(area, len(known.areas) + 1), origin=before.id if before else None, **read
    )
    return (replace(item, text=before.text, cost_ore=before.cost_ore) if before else item), []


def _checked(found: Values, name: str, read_as: Callable[[str, _Known], Any], wrong: list[str], known: _Known) -> Any:
    try:
        return read_as(found.get(name, ""), known)
    except ValueError as error:
        wrong.append(f"{name}: {error}")
        return None


def _title(text: str, _: _Known) -> str:
    return _short(text, LONGEST_TITLE)


def _area(text: str, known: _Known) -> str:
    if not text:
        raise ValueError("is missing")
    if text not in known.areas and len(known.areas) == MOST_AREAS:
        raise ValueError(f"a plan has at most {MOST_AREAS} areas")
    return _short(text, LONGEST_NAME)


def _short(text: str, most: int) -> str:
    if not 1 <= len(text) <= most:
        raise ValueError(f"must have 1 to {most} characters")
    if not is_storable(text):
        raise ValueError("has characters that cannot be stored")
    return text


def _kind(text: str, _: _Known) -> PlanItemKind:
    try:
        return PlanItemKind(text or PlanItemKind.OWN)
    except ValueError:
        raise ValueError(f"must be one of {', '.join(PlanItemKind)}") from None


def _one_of(names: Callable[[_Known], set[str]]) -> Callable[[str, _Known], str | None]:
    def read(text: str, known: _Known) -> str | None:
        if text and text not in names(known):
            raise ValueError(f"there is no {text!r}")
        return text or None

    return read


def _number(least: int, most: int) -> Callable[[str, _Known], int | None]:
    def read(text: str, _: _Known) -> int | None:
        if text and not (text.isdecimal() and least <= int(text) <= most):
            raise ValueError(f"must be a number from {least} to {most}")
        return int(text) if text else None

    return read


FIELDS: dict[str, Callable[[str, _Known], Any]] = {
    "title": _title,
    "kind": _kind,
    "category": _one_of(lambda known: known.categories),
    "responsible": _one_of(lambda known: known.units),
    "year": _number(FIRST_YEAR, LAST_YEAR),
    "quarter": _number(1, 4),
}
