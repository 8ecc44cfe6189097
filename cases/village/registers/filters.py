"""Filters of a register: which of the published cases of a topic are shown, and in which order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.database.search.text_index import Closeness
from cases.deadlines.clocks import DELAYED_RUNG
from cases.organisation.places import Place
from cases.public.finding_published import public_search
from cases.public.published_filters import published_view
from cases.refusals import UnknownName
from cases.states import LADDER_STATES, Kind
from cases.village.registers.authority import Authority
from cases.village.registers.entry import RegisterEntry
from cases.village.registers.reading_entries import DECIDES, KEEPER
from cases.village.registers.topics import TopicShown

CASE = published_view.c
LATE_THE_DAY_AFTER = (Kind.ACTION.value, Kind.DUTY.value)  # others once those who asked were told that they wait


class AnswerStanding(StrEnum):
    """How far a case has come with those who decide."""

    NONE = "none"  # it was not sent on
    WAITING = "waiting"
    ANSWERED = "answered"


class RegisterOrder(StrEnum):
    """The orders. Cases that are alike stand with the newest first."""

    NEWEST = "newest"
    LATE = "late"  # what is late first
    PLACE = "place"  # by name; without a place last
    TITLE = "title"
    ANSWER = "answer"  # the latest answer first, without one last


ANSWER_IS: dict[AnswerStanding, ColumnElement[bool]] = {
    AnswerStanding.NONE: RegisterEntry.forwarded_on.is_(None),
    AnswerStanding.WAITING: and_(RegisterEntry.forwarded_on.is_not(None), RegisterEntry.answered_on.is_(None)),
    AnswerStanding.ANSWERED: RegisterEntry.answered_on.is_not(None),
}


@dataclass(frozen=True)
class RegisterFilters:
    """Filters of a register: a case must match all that are set.

    `place`, `decides` and `keeper` are slugs, `sort` is a word of the topic. `late` True selects only late cases,
    False all. The case must hold all of the `words`, a text with spaces between them. The rows stand in the `order`.
    """

    place: str | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    decides: str | None = None
    keeper: str | None = None
    sort: str | None = None
    answer: AnswerStanding | None = None
    late: bool = False
    words: str = ""
    order: RegisterOrder = RegisterOrder.NEWEST


def is_late(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that a case is called late in a register.

    An item of a plan, or something owed, is from the day after its day; what people asked is once those who asked were
    told that it is delayed.
    """
    by_day = and_(CASE.kind.in_(LATE_THE_DAY_AFTER), CASE.due_at < now)
    by_rung = and_(CASE.kind.not_in(LATE_THE_DAY_AFTER), Case.highest_rung >= DELAYED_RUNG)
    return and_(CASE.state.in_(sorted(LADDER_STATES)), CASE.due_at.is_not(None), or_(by_day, by_rung))


def conditions_of(
    session: Session, category: str, filters: RegisterFilters, now: datetime
) -> Iterator[ColumnElement[bool]]:
    """Yield the SQL conditions on the rows of `listing.ROWS`, for the topic with this slug."""
    yield CASE.category == category
    equal = {
        CASE.place: filters.place, CASE.kind: filters.kind, DECIDES.slug: filters.decides,
        KEEPER.slug: filters.keeper, RegisterEntry.sort: filters.sort,
    }  # fmt: skip
    yield from (column == wanted for column, wanted in equal.items() if wanted is not None)
    if filters.states:
        yield CASE.state.in_(filters.states)
    if filters.answer is not None:
        yield ANSWER_IS[filters.answer]
    if filters.late:
        yield is_late(now)
    if filters.words.strip():
        yield CASE.id.in_(public_search(session, filters.words).ids(Closeness.LIKE_IT))


def refuse_unknown(session: Session, topic: TopicShown, filters: RegisterFilters) -> None:
    """Raise `UnknownName` for a filter that names what is not there, rather than let the list be empty."""
    tables = {"place": Place.slug, "decides": Authority.slug, "keeper": Authority.slug}
    for name, slug in tables.items():
        wanted = getattr(filters, name)
        if wanted is not None and session.scalar(select(slug).where(slug == wanted)) is None:
            raise UnknownName(field=name, name=wanted)
    if filters.sort not in (None, *topic.words.sorts):
        raise UnknownName(field="sort", name=filters.sort or "")
