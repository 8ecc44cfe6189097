"""Lists of cases: filters, orders, cursors and search. Cases that the actor may not open are never selected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    bindparam,
    func,
    not_,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from cases.access.actors import Actor
from cases.case import WITH_NAMES, Case
from cases.database.cursors import decode_cursor, encode_cursor
from cases.database.search.text_index import Closeness
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.organisation.units import DESK, Unit
from cases.reading.masked_search import MaskedSearch
from cases.reading.searching import EVERYTHING, Search, SearchReach, reaches, search_for
from cases.reading.visibility import opened_by, seen_by, taken_part_in_by
from cases.refusals import UnknownName
from cases.states import LADDER_STATES, OPEN, State

MOST_ROWS = 500
MOST_COUNTED = 1000


def _literal(value: Any) -> BindParameter[Any]:
    """Return the value as a literal in the SQL text instead of a bound parameter."""
    return bindparam(None, value, expanding=isinstance(value, tuple), literal_execute=True)


# Word for word as in the partial indexes: with bound values PostgreSQL would not use these
ACTED_ON = and_(Case.due_at.is_not(None), Case.state.not_in(_literal((State.PARKED, State.DONE))))
SENT_BACK = and_(Case.sent_back_count > _literal(0), Case.state == _literal(State.RECEIVED))
AT_DESK = Case.responsible_id == select(Unit.id).where(Unit.slug == DESK).scalar_subquery()
CAME_BACK = or_(SENT_BACK, and_(Case.state == _literal(State.ASSIGNED), AT_DESK))  # of its own, such as contested ones


class Sort(StrEnum):
    """The orders that a list may have: by when the case was received, by due day, or the longest untouched first.

    Cases with the same due day or the same last touch are ordered by id, so that no page skips or repeats a case.
    """

    NEWEST = "-received"
    OLDEST = "received"
    DUE = "due"
    UNTOUCHED = "untouched"  # the longest time without an act of a person first


BY_MOMENT = {Sort.DUE: Case.due_at, Sort.UNTOUCHED: Case.touched_at}


@dataclass(frozen=True)
class Filters:
    """The filters, order and page of a list of cases. A filter that is not set selects all cases.

    Names are slugs, moments are UTC. For `overdue`, `parked`, `quick_win`, `unread_reply` and `junk`, True selects such
    cases and False all others. `due_by` selects cases due from now until then; `untouched_since` those that await an
    act, but that no person has touched since then; `sent_back` those back at the desk: a unit said that they are not
    theirs, or its own were contested.
    `of_unit` is the id of a unit that is responsible for the case, handed it in, or is waited for. `q` is what was
    typed to search for, and `cursor` comes from the page before.
    """

    states: tuple[State, ...] = ()
    kind: str | None = None
    category: str | None = None
    place: str | None = None
    responsible: str | None = None
    group: str | None = None
    overdue: bool | None = None
    parked: bool | None = None
    quick_win: bool | None = None
    due_by: datetime | None = None  # due from now on, until this moment
    untouched_since: datetime | None = None  # cases on which somebody should act, without an act of a person since then
    sent_back: bool = False  # at the desk again: a unit said that it is not theirs, or its own was contested
    unread_reply: bool | None = None  # a reply to "done" waits to be read
    junk: bool | None = None  # came by mail, and is likely to be junk
    of_unit: int | None = None  # id of a unit that is responsible, handed it in, or is waited for
    officer: int | None = None  # id of the person who is its officer
    received_from: datetime | None = None  # received at this moment or later
    received_until: datetime | None = None  # received at this moment or before
    ended_from: datetime | None = None  # ended at this moment or later
    ended_until: datetime | None = None  # ended at this moment or before
    q: str | None = None
    sort: Sort = Sort.NEWEST
    limit: int = 50
    cursor: str | None = None

    @property
    def wanted(self) -> str:
        """The search words of `q`, without spaces around them; "" when there are none."""
        return (self.q or "").strip()


@dataclass(frozen=True)
class CasePage:
    """One page of a list: `items` are its cases, `next` is the cursor of the page after it, None for the last page."""

    items: list[Case]
    next: str | None


@dataclass(frozen=True)
class CursorPlace:
    """Where a page ended: after the case with this id, whose moment of the order `moment` is (None if it has none).

    `closeness` says among which cases of a search that was.
    """

    closeness: Closeness
    moment: datetime | None
    case_id: int


def list_cases(session: Session, filters: Filters, actor: Actor, *, now: datetime) -> CasePage:
    """Return a page of the cases that match the filters and that the actor may open.

    Cases that they may open only because these are published are left out of a list that is filtered or sorted by what
    is not public.
    `now` (UTC) decides which cases are overdue. Raises `UnknownName` when the cursor in the filters cannot be read or
    comes from a list in another order.
    """
    limit = _limit(filters)
    allowed = [_listed_for(actor, filters), *conditions(filters, now)]
    if filters.of_unit is not None:
        most = None if filters.wanted else limit + 1
        allowed = [Case.id.in_(_of_unit(filters.of_unit, allowed, filters, most))]
    narrowed = select(Case.id).where(*allowed)
    if filters.wanted:
        return _searched(session, narrowed, filters, actor)
    rows = _rows(session, narrowed, filters)
    return CasePage(rows[:limit], _cursor(filters.sort, rows[limit - 1]) if len(rows) > limit else None)


def is_cursor_of(filters: Filters) -> bool:
    """Return whether the cursor in the filters, if there is one, came with a list in their order."""
    try:
        _cursor_place(filters)
    except UnknownName:
        return False
    return True


def _listed_for(actor: Actor, filters: Filters) -> ColumnElement[bool]:
    tells_more = (
        filters.group,
        filters.quick_win,
        filters.untouched_since,
        filters.of_unit,
        filters.overdue,
        filters.officer,
        filters.unread_reply,
        filters.junk,
    )
    is_public = all(value is None for value in tells_more) and not filters.sent_back
    return opened_by(actor) if is_public and filters.sort is not Sort.UNTOUCHED else seen_by(actor)


def _rows(session: Session, narrowed: Select[int], filters: Filters) -> list[Case]:
    """Return the page's cases and one more. Their ids are selected first, since with eight joins the plan is worse."""
    found = _in_order(narrowed, filters).limit(_limit(filters) + 1).subquery()
    rows = _in_order(select(Case).join(found, found.c.id == Case.id).options(*WITH_NAMES), filters)
    return list(session.scalars(rows))


def _limit(filters: Filters) -> int:
    return min(max(filters.limit, 1), MOST_ROWS)


def _searched(session: Session, narrowed: Select[int], filters: Filters, actor: Actor) -> CasePage:
    """Return a page of what is found: first the cases that have the words as they were typed, then those like it."""
    seeking, limit = _Seeking(session, filters, actor), _limit(filters)
    place, found = _cursor_place(filters), list[tuple[int, Closeness]]()
    for closeness in Closeness if place is None or place.closeness is Closeness.SPELLED else [Closeness.LIKE_IT]:
        here = filters if place and place.closeness is closeness else replace(filters, cursor=None)
        ids = seeking.page(narrowed, here, closeness, limit + 1 - len(found))
        found += [(id_, closeness) for id_ in ids]
        if len(found) > limit:
            break
    items = _with_names(session, [id_ for id_, _ in found[:limit]])
    more = len(found) > limit
    return CasePage(items, _cursor(filters.sort, items[-1], found[limit - 1][1]) if more else None)


class _Seeking:
    """One search by one actor: conditions by what they take part in, and by what they only read masked."""

    def __init__(self, session: Session, filters: Filters, actor: Actor) -> None:
        self._session, self._actor, self._sort = session, actor, filters.sort
        self._search: Search = search_for(session, filters.wanted, actor)
        self._masked = None if actor.is_staff else MaskedSearch(session, actor, filters.wanted)

    def page(self, narrowed: Select[int], filters: Filters, closeness: Closeness, most: int) -> Sequence[int]:
        """Return the ids of the first `most` cases after the cursor that are found just as close as that."""
        ids: Sequence[int] = ()
        for reach in self._reaches(filters, closeness):
            matched = narrowed.where(self._condition(reach, closeness))
            ids = self._session.scalars(_in_order(matched, filters).limit(most)).all()
            if len(ids) == most:
                break
        return ids

    def count(self, narrowed: Select[int], filters: Filters, closeness: Closeness, most: int) -> int:
        """Return how many cases are found just as close as that, but never more than `most`."""
        number = 0
        for reach in self._reaches(filters, closeness):
            found = narrowed.where(self._condition(reach, closeness)).limit(most).subquery()
            number = self._session.scalars(select(func.count()).select_from(found)).one()
            if number == most:
                break
        return number

    def _reaches(self, filters: Filters, closeness: Closeness) -> Iterable[SearchReach]:
        if closeness is Closeness.LIKE_IT or self._sort is not Sort.NEWEST:
            return [EVERYTHING]
        place = _cursor_place(filters)
        return reaches(place.case_id if place else self._session.scalar(select(func.max(Case.id))) or 0)

    def _condition(self, reach: SearchReach, closeness: Closeness) -> ColumnElement[bool]:
        if self._masked is None:
            return self._search.matching(reach, closeness)
        found = self._found(self._masked, reach, closeness)
        if closeness is Closeness.SPELLED:
            return found
        return and_(found, not_(self._found(self._masked, reach, Closeness.SPELLED)))

    def _found(self, masked: MaskedSearch, reach: SearchReach, closeness: Closeness) -> ColumnElement[bool]:
        of_all = masked.condition(closeness)
        reached = of_all if reach.floor is None else and_(of_all, Case.id > reach.floor)
        return or_(and_(taken_part_in_by(self._actor), self._search.matching(reach, closeness)), reached)


def _with_names(session: Session, ids: Sequence[int]) -> list[Case]:
    """Return these cases in this order. One query for all reaches: planning its joins is slower than a search."""
    rows = session.scalars(select(Case).where(Case.id.in_(ids)).options(*WITH_NAMES)) if ids else ()
    found = {case.id: case for case in rows}
    return [found[id_] for id_ in ids]


def count_cases(session: Session, filters: Filters, actor: Actor, *, now: datetime, most: int = MOST_COUNTED) -> int:
    """Return how many cases match the filters and may be seen by the actor, but never more than `most`.

    Counting stops at `most`, which bounds its cost. The cursor is ignored. `now` (UTC) decides which cases are overdue.
    """
    filters = replace(filters, cursor=None)
    allowed = [_listed_for(actor, filters), *conditions(filters, now)]
    if filters.wanted:
        return _count_searched(session, allowed, filters, actor, most)
    if filters.of_unit is None:
        found = select(Case.id).where(*allowed).limit(most).subquery()
    else:
        found = _of_unit(filters.of_unit, allowed, filters, most).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def _count_searched(
    session: Session, allowed: list[ColumnElement[bool]], filters: Filters, actor: Actor, most: int
) -> int:
    if filters.of_unit is not None:
        allowed = [Case.id.in_(_of_unit(filters.of_unit, allowed, filters, None))]
    narrowed, number = select(Case.id).where(*allowed), 0
    seeking = _Seeking(session, replace(filters, sort=Sort.NEWEST), actor)
    for closeness in Closeness:
        number += seeking.count(narrowed, filters, closeness, most - number) if number < most else 0
    return number


def _of_unit(
    unit_id: int, narrowed: list[ColumnElement[bool]], filters: Filters, most: int | None
) -> CompoundSelect[Any]:
    """Return the ids of the first cases that the unit has, handed in or is waited for, each part by its own index.

    One condition with OR would read all of the unit's cases to find the first page. With `most` None all are returned.
    """
    found = []
    for column in (Case.responsible_id, Case.group_id, Case.waiting_unit_id):
        own = select(Case.id).where(column == unit_id, *narrowed)
        first = own if most is None else _in_order(own, filters).limit(most)
        found.append(select(first.subquery().c.id))
    return union(*found)


def conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    """Return the filters, except the search words, as SQL conditions on `Case`; `now` (UTC) decides what is overdue."""
    found = _for_the_desk(filters, now)
    if filters.states:
        found += _in_states(frozenset(filters.states))
    if filters.kind:
        found.append(Case.kind == filters.kind)
    if filters.officer is not None:
        found.append(Case.officer_id == filters.officer)
    found += _in_periods(filters)
    found += [
        column == select(table.id).where(table.slug == slug).scalar_subquery()
        for column, table, slug in (
            (Case.category_id, Category, filters.category),
            (Case.place_id, Place, filters.place),
            (Case.responsible_id, Unit, filters.responsible),
            (Case.group_id, Unit, filters.group),
        )
        if slug
    ]
    if filters.overdue is not None:
        found.append(_overdue(now) if filters.overdue else _not_overdue(now))
    if filters.parked is not None:
        found.append((Case.state == State.PARKED) if filters.parked else (Case.state != State.PARKED))
    if filters.quick_win is not None:
        found.append(Case.quick_win.is_(filters.quick_win))
    return found


def _in_periods(filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions for when a case was received, and when it ended."""
    bounds = (
        (filters.received_from, Case.received_at.__ge__),
        (filters.received_until, Case.received_at.__le__),
        (filters.ended_from, Case.ended_at.__ge__),
        (filters.ended_until, Case.ended_at.__le__),
    )
    return [is_within(moment) for moment, is_within in bounds if moment is not None]


def _for_the_desk(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    """Return the conditions for what the desk looks after: due soon, untouched, sent back, replies, junk."""
    found: list[ColumnElement[bool]] = []
    if filters.due_by is not None:
        found.append(Case.due_at.between(now, filters.due_by))
    if filters.untouched_since is not None:
        found += [ACTED_ON, Case.touched_at < filters.untouched_since]
    if filters.unread_reply is not None:
        found.append(Case.unread_reply.is_not(None) if filters.unread_reply else Case.unread_reply.is_(None))
    if filters.junk is not None:
        found.append(Case.junk_since.is_not(None) if filters.junk else Case.junk_since.is_(None))
    return [*found, CAME_BACK] if filters.sent_back else found


def _in_states(states: frozenset[State]) -> list[ColumnElement[bool]]:
    """Return the conditions for these states. Open cases have a due day (a CHECK says so) and narrower indexes."""
    has_day: list[ColumnElement[bool]] = [Case.due_at.is_not(None)] if states <= OPEN else []
    return has_day if states == OPEN else [*has_day, Case.state.in_(sorted(states))]


def _overdue(now: datetime) -> ColumnElement[bool]:
    return and_(Case.state.in_(LADDER_STATES), Case.due_at < now)


def _not_overdue(now: datetime) -> ColumnElement[bool]:
    return or_(Case.state.not_in(LADDER_STATES), Case.due_at.is_(None), Case.due_at >= now)


def _in_order(query: Select[Any], filters: Filters) -> Select[Any]:
    after = _cursor_place(filters)
    if filters.sort in BY_MOMENT:
        column = BY_MOMENT[filters.sort]
        is_open = bool(filters.overdue) or (bool(filters.states) and set(filters.states) <= OPEN)
        has_moment = is_open or filters.sort is not Sort.DUE
        if after is not None:
            query = query.where(_later(column, after, has_moment=has_moment))
        return query.order_by(*([] if has_moment else [column.is_(None)]), column, Case.id)
    if after is not None:
        query = query.where(Case.id < after.case_id if filters.sort is Sort.NEWEST else Case.id > after.case_id)
    return query.order_by(Case.id.desc() if filters.sort is Sort.NEWEST else Case.id)


def _later(
    column: InstrumentedAttribute[datetime | None], after: CursorPlace, *, has_moment: bool
) -> ColumnElement[bool]:
    if after.moment is None:
        return and_(column.is_(None), Case.id > after.case_id)
    later = tuple_(column, Case.id) > tuple_(after.moment, after.case_id)  # an index has this order
    return later if has_moment else or_(later, column.is_(None))


def _cursor(sort: Sort, last: Case, closeness: Closeness = Closeness.SPELLED) -> str:
    at = getattr(last, BY_MOMENT[sort].key) if sort in BY_MOMENT else None
    beyond = [closeness] if closeness is Closeness.LIKE_IT else []
    return encode_cursor(*beyond, sort, at.isoformat() if at else None, last.id)


def _cursor_place(filters: Filters) -> CursorPlace | None:
    """Return where the page before ended. Raises `UnknownName` for a cursor of another order, and for one not ours."""
    if not filters.cursor:
        return None
    try:
        *beyond, sort, moment, case_id = decode_cursor(filters.cursor)
        at = None if moment is None else datetime.fromisoformat(moment)
        closeness = Closeness(*beyond) if beyond else Closeness.SPELLED
        if sort != filters.sort or (at is not None and at.tzinfo is None):
            raise ValueError(filters.cursor)
    except (ValueError, TypeError):
        raise UnknownName(field="cursor", name=filters.cursor) from None
    return CursorPlace(closeness, at, case_id)
