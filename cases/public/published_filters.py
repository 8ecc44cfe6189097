"""The database view published_case, and the filters for what it holds: they tell only of what everybody may read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Boolean, Column, ColumnElement, Integer, MetaData, String, Table, and_, case, func

from cases.calendar import Calendar
from cases.database.base import UtcDateTime
from cases.deadlines.clocks import AGENDA_RUNG
from cases.public.publication import Published
from cases.states import LADDER_STATES, State

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

published_view = Table(
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
END: ColumnElement[datetime] = case(  # as the public figures know it: a case that is closed has ended when it was done
    (
        published_view.c.state.in_((State.DONE, State.CLOSED)),
        func.coalesce(published_view.c.done_at, published_view.c.ended_at),
    ),
    else_=published_view.c.ended_at,
)


@dataclass(frozen=True)
class PublicFilters:
    """Filters for published cases: a case must match all that are set.

    `place`, `category` and `responsible` are slugs. Days are local, each the first or the last one on which the case
    may have been received or may have ended: was last set done, was declined or merged. The case must hold all of the
    `words` (a text with spaces between them), and be in one of the `states` and of one of the `kinds`. `delayed` True
    selects only delayed cases, False all; `late_at` those whose due day had passed at this moment (UTC).
    """

    place: str | None = None
    category: str | None = None
    responsible: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    ended_from: date | None = None
    ended_to: date | None = None
    words: str = ""
    delayed: bool = False
    late_at: datetime | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def conditions_of(filters: PublicFilters, calendar: Calendar) -> Iterator[ColumnElement[bool]]:
    """Yield the SQL conditions of the filters on `published_view`, except the words."""
    columns = published_view.c
    for name in ("place", "category", "responsible", "kind"):
        if (wanted := getattr(filters, name)) is not None:
            yield columns[name] == wanted
    if filters.received_from is not None:
        yield columns.received_on >= filters.received_from
    if filters.received_to is not None:
        yield columns.received_on <= filters.received_to
    yield from _ended(filters, calendar)
    if filters.states:
        yield columns.state.in_(filters.states)
    if filters.kinds:
        yield columns.kind.in_(filters.kinds)
    if filters.delayed:
        yield columns.delayed
    if filters.late_at is not None:
        yield is_late(filters.late_at)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that the due day of a published case has passed, as the public figures count it."""
    columns = published_view.c
    return and_(columns.state.in_(sorted(LADDER_STATES)), columns.due_at < now)


def _ended(filters: PublicFilters, calendar: Calendar) -> Iterator[ColumnElement[bool]]:
    if filters.ended_from is not None or filters.ended_to is not None:
        yield published_view.c.state.in_((State.DONE, State.CLOSED, State.DECLINED, State.MERGED))
    if filters.ended_from is not None:
        yield _begins(filters.ended_from, calendar) <= END
    if filters.ended_to is not None:
        yield _begins(filters.ended_to + timedelta(days=1), calendar) > END


def _begins(day: date, calendar: Calendar) -> datetime:
    return datetime.combine(day, time.min, calendar.zone)
