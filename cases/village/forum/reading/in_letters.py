"""The agendas of meetings as letters list them: each item as the reader of the letter may read it, masked."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actors_for
from cases.case import Case
from cases.meetings.agenda_items import AgendaItem
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.public.masking import mask
from cases.public.protection import PROTECTED
from cases.village.forum.reading.agenda import item_opened_by

AgendaReader = tuple[int, int | None]  # the meeting, and the person who can log in; None: a guest


@dataclass(frozen=True)
class AgendaPoint:
    """One item of an agenda as a letter lists it; it was settled at the moment `settled_at` (UTC), None for not yet.

    `title` is that of the case, or the topic, masked: None of a case that the reader may not open. `category` (by
    language) and `place` then tell of it, and nothing does of a case under protected identity.
    """

    number: int
    title: str | None
    category: dict[str, str] | None
    place: str | None
    settled_at: datetime | None


def points_read(
    session: Session, readers: Collection[AgendaReader], *, on: date
) -> dict[AgendaReader, list[AgendaPoint]]:
    """Return the items on these meetings' agendas, in their order, as each reader may read them on the local day `on`.

    Two queries, however many readers and items. A guest reads what everybody may read.
    """
    if not readers:
        return {}
    actors = actors_for(session, {person for _, person in readers if person is not None}, on=on)
    by_scope = {_scope(actor): actor for actor in (A_VISITOR, *actors.values())}
    opens = {scope: f"opens_{place}" for place, scope in enumerate(by_scope)}
    columns = [item_opened_by(by_scope[scope]).label(name) for scope, name in opens.items()]
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(_items({meeting for meeting, _ in readers}, columns)).mappings():
        rows[row["meeting_id"]].append(row)
    return {
        (meeting, person): [_point(row, opens[_scope(actors.get(person or 0, A_VISITOR))]) for row in rows[meeting]]
        for meeting, person in readers
    }


def _scope(actor: Actor) -> tuple[object, ...]:
    """Return what decides which cases the actor may open."""
    return actor.is_staff, actor.unit_ids, actor.seats


def _items(meetings: Collection[int], columns: Collection[ColumnElement[bool]]) -> Any:
    return (
        select(
            AgendaItem.meeting_id, AgendaItem.number, AgendaItem.case_id, AgendaItem.topic, AgendaItem.settled_at,
            Case.title, Category.name.label("category"), Category.name_en.label("category_en"),
            Place.name.label("place"), PROTECTED.label("protected"), *columns,
        )
        .outerjoin(Case, Case.id == AgendaItem.case_id)
        .outerjoin(Category, Category.id == Case.category_id)
        .outerjoin(Place, Place.id == Case.place_id)
        .where(AgendaItem.meeting_id.in_(meetings), AgendaItem.number.is_not(None))
        .order_by(AgendaItem.meeting_id, AgendaItem.number)
    )  # fmt: skip


def _point(row: Mapping[str, Any], opens: str) -> AgendaPoint:
    text = row["title"] if row[opens] else row["topic"]
    category = {"sv": row["category"], "en": row["category_en"] or row["category"]} if row["category"] else None
    hidden = row["protected"]
    return AgendaPoint(
        row["number"], mask(text) if text else None, None if hidden else category, None if hidden else row["place"],
        row["settled_at"],
    )  # fmt: skip
