"""What public pages read: the database view published_case, with masked texts, and only columns that may be public."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select, tuple_
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.database.cursors import decode_cursor, encode_cursor
from cases.database.search.terms import terms_in
from cases.database.search.text_index import Closeness
from cases.database.transactions import calendar_of
from cases.history.events import CaseRecommended, RegisterAnswered
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.figures.groups import FIGURE_OF, HAS_ENDED, Figure
from cases.public.finding_published import PublicSearch, public_search
from cases.public.masking import mask
from cases.public.publication import Published
from cases.public.published_filters import PublicFilters, conditions_of, is_late, published_view
from cases.states import LADDER_STATES, State

MOST_ON_A_PAGE = 100


@dataclass(frozen=True)
class PublicCase:
    """One published case, as public pages show it: masked texts, and its present state, unit, place and category.

    `responsible`, `place` and `category` are slugs. Days are local; `done_on` is the day on which it was last set done.
    """

    id: int
    ref: str
    kind: str
    state: str
    title: str
    description: str
    received_on: date
    responsible: str
    responsible_name: str
    place: str | None
    place_name: str | None
    category: str | None
    category_name: str | None
    category_name_en: str | None
    due_on: date | None
    delayed: bool
    done_on: date | None
    ended_on: date | None

    @property
    def is_awaited(self) -> bool:
        """Whether somebody is to be told or to do something by `due_on`: not while it rests, is done or has ended."""
        return self.state in LADDER_STATES and self.due_on is not None

    def has_missed_its_day(self, today: date) -> bool:
        """Return whether `due_on` is past on the local day `today`, whether or not a sweep has noticed it."""
        return self.is_awaited and self.due_on is not None and self.due_on < today

    @property
    def days(self) -> int | None:
        """Calendar days from receipt until the case was last set done; None before that.

        For a case that was never set done, until it ended another way (declined or merged).
        """
        end = self.done_on or self.ended_on
        return (end - self.received_on).days if end else None


@dataclass(frozen=True)
class PublicNote:
    """One public note on a case: its local day, and its masked text.

    `seq`, `type`, `at` and `actor` are the number, the type (such as "case.done"), the moment and the kind of actor of
    the event with which the note was written, `facts` what it says besides of what a body recommends, else None.
    """

    seq: int
    on: date
    type: str
    text: str
    at: datetime
    actor: ActorKind
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Place:
    """Where a page ended: after this case, among those that are found as close as that."""

    closeness: Closeness
    received_on: date
    case_id: int


def list_published(
    session: Session, filters: PublicFilters, *, after: str = "", limit: int = 25
) -> tuple[list[PublicCase], str]:
    """Return a page of published cases, newest first, and the cursor of the next page ("" when there is none).

    `after` is the cursor that came with the page before. When it is "" or cannot be read, the first page is returned.
    `limit` is the most cases on a page, never more than the constant `MOST_ON_A_PAGE` of this module.
    """
    limit = max(1, min(limit, MOST_ON_A_PAGE))
    narrowed = select(published_view).where(*conditions_of(filters, calendar_of(session)))
    place = _place(after)
    if not terms_in(filters.words):
        rows = _rows(session, narrowed, place, limit + 1) if not filters.words.strip() else []
        return _page(session, [(row, Closeness.SPELLED) for row in rows], limit)
    return _page(session, _found(session, narrowed, public_search(session, filters.words), place, limit + 1), limit)


def is_cursor(cursor: str) -> bool:
    """Return whether this is a cursor that `list_published` can read."""
    return _place(cursor) is not None


def count_published(session: Session, filters: PublicFilters) -> int:
    """Return how many published cases match the filters, on all pages together."""
    return (
        session.scalar(select(func.count()).select_from(published_view).where(*_all_conditions(session, filters))) or 0
    )


def count_published_by_figure(session: Session, filters: PublicFilters, now: datetime) -> dict[Figure, int]:
    """Return how many published cases are behind each public figure, as a dict by figure; none where there is none.

    `now` (UTC) decides which cases are late. One query.
    """
    late = func.count(case((is_late(now), 1)))
    rows = session.execute(
        select(published_view.c.state, func.count().label("number"), late.label("late"))
        .where(*_all_conditions(session, filters))
        .group_by(published_view.c.state)
    )
    found = Counter[Figure]()
    for row in rows:
        of_state = FIGURE_OF[State(row.state)]
        for figure in (Figure.RECEIVED, of_state, *([Figure.ENDED] if of_state in HAS_ENDED else [])):
            found[figure] += row.number
        found[Figure.LATE] += row.late
    return {figure: number for figure, number in found.items() if number}


def years_published(session: Session) -> list[int]:
    """Return the years from the latest to the earliest in which a published case was received; [] without one."""
    first, last = session.execute(
        select(func.min(published_view.c.received_on), func.max(published_view.c.received_on))
    ).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def one_published(session: Session, ref: str) -> PublicCase | None:
    """Return the published case with this reference; None when it is not published."""
    row = session.execute(select(published_view).where(published_view.c.ref == ref)).first()
    return public_case(session, row) if row else None


def published_among(session: Session, ids: Sequence[int]) -> dict[int, PublicCase]:
    """Return those of the cases with these ids that are published, as a dict by id."""
    rows = session.execute(select(published_view).where(published_view.c.id.in_(ids))) if ids else ()
    return {row.id: public_case(session, row) for row in rows}


def public_notes(session: Session, ref: str) -> list[PublicNote]:
    """Return the public notes of a published case, masked, oldest first; [] when it is not published.

    Answers in a register are no notes: the register says which of them holds. Of what a body recommended of one item
    only what stands is among them, and not what was put right.
    """
    statement = (
        select(Event.seq, Event.at, Event.type, Words.text, Event.actor, Event.facts)
        .join(Words, Words.event_id == Event.id)
        .join(Published, Published.case_id == Words.case_id)
        .where(Published.ref == ref, Words.visibility == Visibility.PUBLIC, Words.field == "note")
        .where(Words.text.is_not(None), Event.type != RegisterAnswered.type)
        .order_by(Words.id)
    )
    notes = list(session.execute(statement))
    latest = {
        (row.facts.get("meeting"), row.facts.get("item")): row.seq for row in notes if row.type == CaseRecommended.type
    }
    calendar = calendar_of(session)
    return [
        PublicNote(
            row.seq, calendar.day_of(row.at), row.type, mask(row.text or ""), row.at, row.actor,
            row.facts if row.type == CaseRecommended.type else None,
        )
        for row in notes
        if row.type != CaseRecommended.type or row.seq in latest.values()
    ]  # fmt: skip


def was_published(session: Session, case_id: int) -> bool:
    """Return whether the case has ever been published.

    If it was but is no longer, its public page answers 410 (gone); if it never was, 404 (not found).
    """
    facts = session.scalars(select(Event.facts).where(Event.stream == case_id, Event.type == "case.corrected"))
    return any(corrected.get("published") for corrected in facts)


def _all_conditions(session: Session, filters: PublicFilters) -> Iterable[ColumnElement[bool]]:
    yield from conditions_of(filters, calendar_of(session))
    if filters.words.strip():
        yield published_view.c.id.in_(public_search(session, filters.words).ids(Closeness.LIKE_IT))


def _found(
    session: Session, narrowed: Select[Any], search: PublicSearch, place: _Place | None, most: int
) -> list[tuple[Row[Any], Closeness]]:
    """Return the rows of a page and one more: those as spelled first, then those that are only like it."""
    found: list[tuple[Row[Any], Closeness]] = []
    for closeness in Closeness:
        if place is not None and place.closeness is not closeness:
            if closeness is Closeness.SPELLED:
                continue  # the page before was further on
            place = None
        matched = narrowed.where(search.condition(published_view.c.id, closeness))
        found += [(row, closeness) for row in _rows(session, matched, place, most - len(found))]
        if len(found) == most:
            break
    return found


def _rows(session: Session, query: Select[Any], place: _Place | None, most: int) -> Sequence[Row[Any]]:
    if place is not None:
        query = query.where(
            tuple_(published_view.c.received_on, published_view.c.id) < (place.received_on, place.case_id)
        )
    return session.execute(
        query.order_by(published_view.c.received_on.desc(), published_view.c.id.desc()).limit(most)
    ).all()


def _page(session: Session, found: list[tuple[Row[Any], Closeness]], limit: int) -> tuple[list[PublicCase], str]:
    cases = [public_case(session, row) for row, _ in found[:limit]]
    if len(found) <= limit:
        return cases, ""
    closeness = found[limit - 1][1]
    beyond = [closeness] if closeness is Closeness.LIKE_IT else []
    return cases, encode_cursor(*beyond, cases[-1].received_on.isoformat(), cases[-1].id)


def _place(cursor: str) -> _Place | None:
    try:
        *beyond, day, case_id = decode_cursor(cursor)
        return _Place(Closeness(beyond[0]) if beyond else Closeness.SPELLED, date.fromisoformat(day), case_id)
    except (ValueError, TypeError):
        return None


def public_case(session: Session, row: Row[Any]) -> PublicCase:
    """Return the published case of this row, which holds the columns of `published_view` and may hold others."""
    values = {column.name: getattr(row, column.name) for column in published_view.columns}
    for day, moment in (("due_on", "due_at"), ("done_on", "done_at"), ("ended_on", "ended_at")):
        at = values.pop(moment)
        values[day] = calendar_of(session).day_of(at) if at else None
    for text in ("title", "description"):  # once more: what was published before masking learned something new
        values[text] = mask(values[text])
    del values["published_at"]
    return PublicCase(**values)
