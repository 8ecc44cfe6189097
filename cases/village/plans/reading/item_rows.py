"""Reads the items of versions with what has become of their cases, in two queries whatever their number."""

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session, aliased

from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.history.words import Words
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.public.how_done import TELLS_OF_WORK
from cases.public.masking import mask
from cases.states import LADDER_STATES, OPEN, State
from cases.village.plans.reading.lateness import answer_is_late, is_late
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.records.focus_area import FocusArea
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind

NAMED, HOLDER = aliased(Unit), aliased(Unit)
OWN_FIRST = case({kind.value: place for place, kind in enumerate(PlanItemKind)}, value=PlanItem.kind)
ITEMS = (
    select(
        PlanItem, FocusArea.rank, Category.slug.label("category"), Category.name.label("category_name"),
        Place.slug.label("place"), NAMED.slug.label("named"), NAMED.name.label("named_name"), Case.ref, Case.state,
        Case.due_at, Case.published_at, HOLDER.slug.label("holder"), HOLDER.name.label("holder_name"),
    )
    .join(FocusArea, FocusArea.id == PlanItem.focus_id)
    .outerjoin(Category, Category.id == PlanItem.category_id)
    .outerjoin(Place, Place.id == PlanItem.place_id)
    .outerjoin(NAMED, NAMED.id == PlanItem.responsible_id)
    .outerjoin(Case, Case.id == PlanItem.case_id)
    .outerjoin(HOLDER, HOLDER.id == Case.responsible_id)
)  # fmt: skip
DONE = (
    select(Event.stream, Event.at, Event.facts, Words.text)
    .outerjoin(Words, (Words.event_id == Event.id) & (Words.field == "done_by"))
    .where(TELLS_OF_WORK)
    .order_by(Event.stream, Event.seq)
)
Shown = Callable[[str | None], str | None]
WAS_DONE = frozenset({State.DONE, State.CLOSED})


class ItemReader(Enum):
    """Who reads items: the public, members and staff, or the authors of a draft."""

    PUBLIC = "public"
    INSIDE = "inside"
    AUTHOR = "author"


def masked(text: str | None) -> str | None:
    """Return the text with personal data masked; None for None."""
    return mask(text) if text else text


def unmasked(text: str | None) -> str | None:
    """Return the text as it is."""
    return text


def items_shown(
    session: Session, *where: ColumnElement[bool], reader: ItemReader, at: datetime
) -> tuple[PlanItemShown, ...]:
    """Return the items for which these conditions hold, with the state of their cases at the moment `at` (UTC).

    For the public they stand by area, the group's own ones first; personal data are masked, and a case that is not
    published is not named. Members and staff read them unmasked. In a draft they stand as they were given, each with
    the unit that the draft names; in an adopted version the unit that has the case is responsible.
    """
    order = (PlanItem.number,) if reader is ItemReader.AUTHOR else (FocusArea.rank, OWN_FIRST, PlanItem.number)
    rows = session.execute(ITEMS.where(*where).order_by(*order)).all()
    done = _done(session, [row.PlanItem.case_id for row in rows if row.state in WAS_DONE])
    return tuple(_shown(session, row, done, reader, at) for row in rows)


def _shown(
    session: Session, row: Any, done: dict[int, tuple[date, str | None]], reader: ItemReader, at: datetime
) -> PlanItemShown:
    item: PlanItem = row.PlanItem
    is_public, is_draft = reader is ItemReader.PUBLIC, reader is ItemReader.AUTHOR
    shown = masked if is_public else unmasked
    done_on, done_by = done.get(item.case_id or 0, (None, None))
    has_due_day = row.due_at is not None and row.state in LADDER_STATES
    holder = (row.named, row.named_name) if is_draft or row.holder is None else (row.holder, row.holder_name)
    is_asked = not is_draft and done_on is None and row.state in OPEN and _asks_another(row)
    return PlanItemShown(
        key=item.id, area=row.rank, title=shown(item.title) or "", text=shown(item.text), kind=item.kind,
        category=row.category, category_name=row.category_name, place=row.place,
        responsible=holder[0], responsible_name=holder[1],
        year=item.year, quarter=item.quarter, cost_ore=item.cost_ore, origin=item.origin_id,
        case=row.ref if row.published_at is not None or not is_public else None, state=row.state,
        due_on=calendar_of(session).day_of(row.due_at) if has_due_day else None,
        is_late=is_late(row.state, row.due_at, at), answer_is_late=answer_is_late(row.state, row.due_at, at),
        done_on=done_on,
        done_by=shown(done_by or row.holder_name) if done_on else None,
        named=row.named, holder=row.holder,
        asked=row.named if is_asked else None, asked_name=row.named_name if is_asked else None,
    )  # fmt: skip


def _asks_another(row: Any) -> bool:
    """Return whether the group asks a unit that does not have the case, not even for it."""
    item: PlanItem = row.PlanItem
    return item.responsible_id not in {None, item.unit_id} and row.named != row.holder


def _done(session: Session, case_ids: list[int]) -> dict[int, tuple[date, str | None]]:
    """Return when each of these cases was done last, and by whom if that was said, by the case's id."""
    if not case_ids:
        return {}
    calendar, found = calendar_of(session), {}
    for stream, at, facts, by in session.execute(DONE.where(Event.stream.in_(case_ids))):
        told = facts.get("done_on")
        found[stream] = (date.fromisoformat(told) if told else calendar.day_of(at), by)
    return found
