"""Counts all cases by year of receipt or of the end, unit, topic and place.

Those under protected identity are in none of the figures, nor is what is likely to be junk.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from cases.access.actors import ActorKind
from cases.calendar import Calendar
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.journal import Event
from cases.history.words import Visibility
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import Unit
from cases.public.figures.groups import ALL, FIGURE_OF, HAS_ENDED, NOT_GIVEN, CaseGroup, Figure, Span
from cases.public.protection import PROTECTED
from cases.states import LADDER_STATES

DONE, COMMENT = "case.done", "case.commented"
# The steps that tell who asked what becomes of their case. A receipt, or that a unit was asked, is no answer yet.
ANSWERS = (DONE, "case.planned", "case.started", "case.waiting", "case.parked", "case.declined", "case.merged")
AT_A_TIME = 2000


@dataclass
class Counts:
    """The counts of one group of cases: how many by figure, and the days that each took, by what is measured."""

    figures: Counter[Figure] = field(default_factory=Counter)
    days: dict[Span, list[int]] = field(default_factory=lambda: {span: [] for span in Span})

    def add(self, other: "Counts") -> None:
        """Add the counts of another group, which has no case in common with this one."""
        for figure, many in other.figures.items():
            self.figures[figure] += many
        for span, days in other.days.items():
            self.days[span] += days


def count_groups(session: Session, now: datetime) -> dict[CaseGroup, Counts]:
    """Return the counts of each group that has a case and is narrowed by at most two of unit, topic and place.

    Beside them stand those of each perspective by itself.

    One query, whatever is asked for later. `now` (UTC) decides which cases are late.
    """
    calendar = calendar_of(session)
    received: dict[CaseGroup, Counts] = {}
    ended: dict[CaseGroup, Counts] = {}
    by_perspective: dict[CaseGroup, Counts] = {}
    ended_by_perspective: dict[CaseGroup, Counts] = {}
    for row in session.execute(_cases().execution_options(yield_per=AT_A_TIME)):
        year, end = str(calendar.day_of(row.received_at).year), _end_of(row)
        finest, seen = CaseGroup(year, row.unit, row.topic, row.place), CaseGroup(year, perspective=row.perspective)
        _count(received.setdefault(finest, Counts()), row, calendar, now)
        _count(by_perspective.setdefault(seen, Counts()), row, calendar, now)
        if end is not None:
            of_end = {"year": ALL, "ended": str(calendar.day_of(end).year)}
            _count_ended(ended.setdefault(finest._replace(**of_end), Counts()), row, calendar)
            _count_ended(ended_by_perspective.setdefault(seen._replace(**of_end), Counts()), row, calendar)
    by_year = _rolled_up(received) | by_perspective
    return by_year | _without("year", by_year) | _rolled_up(ended) | ended_by_perspective


def _rolled_up(finest: dict[CaseGroup, Counts]) -> dict[CaseGroup, Counts]:
    """Return the counts of all wider groups of a year that are told of, each level from the one beneath it."""
    pairs = [_without(dimension, finest) for dimension in ("place", "unit", "topic")]
    beneath = zip(("topic", "place", "unit"), pairs, strict=True)
    single = [_without(dimension, pair) for dimension, pair in beneath]
    return {group: its for level in (*pairs, *single, _without("unit", single[0])) for group, its in level.items()}


def _without(dimension: str, groups: dict[CaseGroup, Counts]) -> dict[CaseGroup, Counts]:
    found: dict[CaseGroup, Counts] = {}
    for group, counts in groups.items():
        found.setdefault(group.within(dimension, ALL), Counts()).add(counts)
    return found


def _cases() -> Select[Any]:
    told = _told()
    return (
        select(
            Case.received_at,
            Case.state,
            Case.due_at,
            Case.ended_at,
            Unit.slug.label("unit"),
            func.coalesce(Category.slug, NOT_GIVEN).label("topic"),
            func.coalesce(Place.slug, NOT_GIVEN).label("place"),
            func.coalesce(Case.perspective, NOT_GIVEN).label("perspective"),
            told.c.answered_at,
            told.c.done_at,
        )
        .join(Unit, Unit.id == Case.responsible_id)
        .outerjoin(Category, Category.id == Case.category_id)
        .outerjoin(Place, Place.id == Case.place_id)
        .outerjoin(told, told.c.stream == Case.id)
        .where(~PROTECTED, Case.junk_since.is_(None))
    )


def _told() -> Any:
    """Return, by case, when it was first answered and last set done: by the index of events by type."""
    by_hand = and_(
        Event.type == COMMENT,
        Event.actor == ActorKind.PERSON,
        Event.facts.op("->>")("visibility") != Visibility.INTERNAL.value,
        cast(Event.facts.op("->>")("sign_of_life"), String).in_(("true", "1")),
    )
    done_at = func.max(case((Event.type == DONE, Event.at)))
    return (
        select(Event.stream, func.min(Event.at).label("answered_at"), done_at.label("done_at"))
        .where(Event.type.in_((*ANSWERS, COMMENT)), or_(Event.type != COMMENT, by_hand))
        .group_by(Event.stream)
        .subquery()
    )


def _count(counts: Counts, row: Any, calendar: Calendar, now: datetime) -> None:
    figure = FIGURE_OF[row.state]
    counts.figures[Figure.RECEIVED] += 1
    counts.figures[figure] += 1
    if figure in HAS_ENDED:
        counts.figures[Figure.ENDED] += 1
    if row.state in LADDER_STATES and row.due_at is not None and row.due_at < now:
        counts.figures[Figure.LATE] += 1
    _measure(counts, row, calendar)


def _count_ended(counts: Counts, row: Any, calendar: Calendar) -> None:
    counts.figures[Figure.ENDED] += 1
    counts.figures[FIGURE_OF[row.state]] += 1
    _measure(counts, row, calendar)


def _end_of(row: Any) -> datetime | None:
    """Return when the case was last set done, was declined or merged; None when it has not ended."""
    figure = FIGURE_OF[row.state]
    if figure not in HAS_ENDED:
        return None
    end: datetime | None = (row.done_at or row.ended_at) if figure is Figure.DONE else row.ended_at
    return end


def _measure(counts: Counts, row: Any, calendar: Calendar) -> None:
    for span, until in ((Span.FIRST_ANSWER, row.answered_at), (Span.END, _end_of(row))):
        if until is not None:
            took = calendar.day_of(until) - calendar.day_of(row.received_at)
            counts.days[span].append(max(took.days, 0))
