"""What public pages read: the database view published_case, with masked texts, and only columns that may be public."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Table,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.database.base import UtcDateTime
from cases.database.cursors import decode_cursor, encode_cursor
from cases.database.search.terms import terms_in
from cases.database.search.text_index import Closeness
from cases.database.transactions import calendar_of
from cases.deadlines.clocks import AGENDA_RUNG
from cases.history.journal import Event
from cases.history.words import Visibility, Words
from cases.public.finding_published import PublicSearch, public_search
from cases.public.masking import mask
from cases.public.publication import Published
from cases.states import LADDER_STATES

MOST_ON_A_PAGE = 100


# A column that is not named here cannot reach a public page. Migrations create the view by this text.
PUBLISHED_VIEW = f"""
CREATE VIEW published_case AS
SELECT
    published.case_id AS id,
    published.ref AS ref,
    published.title AS title,
    published.description AS description,
    published.received_on AS received_on,
    published.published_at AS published_at,
    "case".kind AS kind,
    "case".state AS state,
    responsible.slug AS responsible,
    responsible.name AS responsible_name,
    place.slug AS place,
    place.name AS place_name,
    category.slug AS category,
    category.name AS category_name,
    category.name_en AS category_name_en,
    "case".due_at AS due_at,
    ("case".highest_rung >= {AGENDA_RUNG} AND "case".due_at IS NOT NULL) AS delayed,
    (SELECT max(event.at) FROM event
      WHERE event.stream = published.case_id AND event.type = 'case.done') AS done_at,
    "case".ended_at AS ended_at
FROM published
JOIN "case" ON "case".id = published.case_id
JOIN unit AS responsible ON responsible.id = "case".responsible_id
LEFT JOIN place ON place.id = "case".place_id
LEFT JOIN category ON category.id = "case".category_id
"""  # noqa: S608 - a number of our own  # nosec

_view = Table(
    "published_case",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, String) for name in ("ref", "title", "description", "kind", "state")),
    *(Column(name, String) for name in ("responsible", "responsible_name", "place", "place_name")),
    *(Column(name, String) for name in ("category", "category_name", "category_name_en")),
    Column("received_on", Published.__table__.c.received_on.type),
    *(Column(name, UtcDateTime) for name in ("published_at", "due_at", "done_at", "ended_at")),
    Column("delayed", Boolean),
)


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
class PublicFilters:
    """Filters for published cases: a case must match all that are set.

    `place`, `category` and `responsible` are slugs, `year` is that in which the case was received. The case must hold
    all of the `words` (a text with spaces between them), and be in one of the `states` and of one of the
    `kinds`. `delayed` True selects only delayed cases, False all.
    """

    place: str | None = None
    category: str | None = None
    responsible: str | None = None
    state: str | None = None
    year: int | None = None
    words: str = ""
    delayed: bool = False
    kind: str | None = None
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicNote:
    """One public note on a case: its local day, and its masked text.

    `seq`, `type`, `at` and `actor` are the number, the type (such as "case.done"), the moment and the kind of actor of
    the event with which the note was written.
    """

    seq: int
    on: date
    type: str
    text: str
    at: datetime
    actor: ActorKind


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
    narrowed = select(_view).where(*_conditions(filters))
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
    return session.scalar(select(func.count()).select_from(_view).where(*_all_conditions(session, filters))) or 0


def years_published(session: Session) -> list[int]:
    """Return the years from the latest to the earliest in which a published case was received; [] without one."""
    first, last = session.execute(select(func.min(_view.c.received_on), func.max(_view.c.received_on))).one()
    return list(range(last.year, first.year - 1, -1)) if first else []


def one_published(session: Session, ref: str) -> PublicCase | None:
    """Return the published case with this reference; None when it is not published."""
    row = session.execute(select(_view).where(_view.c.ref == ref)).first()
    return _public_case(session, row) if row else None


def published_among(session: Session, ids: Sequence[int]) -> dict[int, PublicCase]:
    """Return those of the cases with these ids that are published, as a dict by id."""
    rows = session.execute(select(_view).where(_view.c.id.in_(ids))) if ids else ()
    return {row.id: _public_case(session, row) for row in rows}


def public_notes(session: Session, ref: str) -> list[PublicNote]:
    """Return the public notes of a published case, masked, oldest first; [] when it is not published."""
    rows = session.execute(
        select(Event.seq, Event.at, Event.type, Words.text, Event.actor)
        .join(Words, Words.event_id == Event.id)
        .join(Published, Published.case_id == Words.case_id)
        .where(Published.ref == ref, Words.visibility == Visibility.PUBLIC, Words.field == "note")
        .where(Words.text.is_not(None))
        .order_by(Words.id)
    )
    calendar = calendar_of(session)
    return [PublicNote(seq, calendar.day_of(at), type_, mask(text or ""), at, by) for seq, at, type_, text, by in rows]


def was_published(session: Session, case_id: int) -> bool:
    """Return whether the case has ever been published.

    If it was but is no longer, its public page answers 410 (gone); if it never was, 404 (not found).
    """
    facts = session.scalars(select(Event.facts).where(Event.stream == case_id, Event.type == "case.corrected"))
    return any(corrected.get("published") for corrected in facts)


def _conditions(filters: PublicFilters) -> Iterable[ColumnElement[bool]]:
    """Yield the conditions of the filters, except the words."""
    for name in ("place", "category", "responsible", "state", "kind"):
        if (wanted := getattr(filters, name)) is not None:
            yield _view.c[name] == wanted
    if filters.year is not None:
        yield _view.c.received_on.between(date(filters.year, 1, 1), date(filters.year, 12, 31))
    if filters.states:
        yield _view.c.state.in_(filters.states)
    if filters.kinds:
        yield _view.c.kind.in_(filters.kinds)
    if filters.delayed:
        yield _view.c.delayed


def _all_conditions(session: Session, filters: PublicFilters) -> Iterable[ColumnElement[bool]]:
    yield from _conditions(filters)
    if filters.words.strip():
        yield _view.c.id.in_(public_search(session, filters.words).ids(Closeness.LIKE_IT))


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
        matched = narrowed.where(search.condition(_view.c.id, closeness))
        found += [(row, closeness) for row in _rows(session, matched, place, most - len(found))]
        if len(found) == most:
            break
    return found


def _rows(session: Session, query: Select[Any], place: _Place | None, most: int) -> Sequence[Row[Any]]:
    if place is not None:
        query = query.where(tuple_(_view.c.received_on, _view.c.id) < (place.received_on, place.case_id))
    return session.execute(query.order_by(_view.c.received_on.desc(), _view.c.id.desc()).limit(most)).all()


def _page(session: Session, found: list[tuple[Row[Any], Closeness]], limit: int) -> tuple[list[PublicCase], str]:
    cases = [_public_case(session, row) for row, _ in found[:limit]]
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


def _public_case(session: Session, row: Row[Any]) -> PublicCase:
    values = row._asdict()
    for day, moment in (("due_on", "due_at"), ("done_on", "done_at"), ("ended_on", "ended_at")):
        at = values.pop(moment)
        values[day] = calendar_of(session).day_of(at) if at else None
    for text in ("title", "description"):  # once more: what was published before masking learned something new
        values[text] = mask(values[text])
    del values["published_at"]
    return PublicCase(**values)
