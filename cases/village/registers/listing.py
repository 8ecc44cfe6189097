"""The register of one topic: all its published cases in one table, issues, proposals and items of plans alike."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from cases.case import Case
from cases.public.published import PublicCase, public_case
from cases.public.published_filters import published_view
from cases.village.registers.entry import RegisterEntry
from cases.village.registers.filters import CASE, RegisterFilters, conditions_of, is_late
from cases.village.registers.ordering import OrderKey, after_values, cursor_after, keys_of, read_place
from cases.village.registers.reading_entries import FOR_EVERYBODY, EntryShown, for_everybody, with_authorities

MOST_ON_A_PAGE = 500


@dataclass(frozen=True)
class RegisterRow:
    """One published case of the topic, and what the register says of it, as everybody may read it."""

    case: PublicCase
    entry: EntryShown
    is_late: bool


@dataclass(frozen=True)
class RegisterCounts:
    """How many cases of a register there are by place (slug, None for those without), and how many of them are late.

    `names` are the names of the places by slug.
    """

    cases: Counter[str | None] = field(default_factory=Counter)
    late: Counter[str | None] = field(default_factory=Counter)
    names: dict[str | None, str] = field(default_factory=dict)

    def total(self, place: str | None) -> int:
        """Return how many cases there are at this place; everywhere for None."""
        return self.cases[place] if place is not None else self.cases.total()

    def total_late(self, place: str | None) -> int:
        """Return how many of them are late."""
        return self.late[place] if place is not None else self.late.total()


def list_register(
    session: Session, category: str, filters: RegisterFilters, *, at: datetime, after: str = "", limit: int = 25
) -> tuple[list[RegisterRow], str]:
    """Return a page of the register of this topic, and the cursor of the next page ("" for none).

    They stand as they are at the moment `at` (UTC), in the order of the filters. `after` is the cursor that came with
    the page before; when it cannot be read, or its case is published no more, the first page is returned. `limit` is at
    most `MOST_ON_A_PAGE`.
    """
    limit, keys = max(1, min(limit, MOST_ON_A_PAGE)), keys_of(session, filters.order, at)
    rows = _of_register(select(*published_view.columns, *FOR_EVERYBODY, is_late(at).label("is_late")))
    rows = rows.where(*conditions_of(session, category, filters, at))
    last = _values_of_last(session, after, filters, keys)
    if last:
        rows = rows.where(after_values(keys, last))
    found = session.execute(rows.order_by(*(key.ordered for key in keys)).limit(limit + 1)).all()
    shown = [_row(session, row) for row in found[:limit]]
    if len(found) <= limit:
        return shown, ""
    return shown, cursor_after(filters.order, shown[-1].case.received_on, shown[-1].case.id)


def whole_register(session: Session, category: str, filters: RegisterFilters, *, at: datetime) -> Iterator[RegisterRow]:
    """Yield all rows of the register, as `list_register` has them."""
    after: str | None = ""
    while after is not None:
        rows, following = list_register(session, category, filters, at=at, after=after, limit=MOST_ON_A_PAGE)
        yield from rows
        after = following or None


def is_cursor(cursor: str, filters: RegisterFilters) -> bool:
    """Return whether this is a cursor that `list_register` can read with filters in this order."""
    return read_place(cursor, filters.order) is not None


def count_register(session: Session, category: str, filters: RegisterFilters, *, at: datetime) -> RegisterCounts:
    """Return how many cases match the filters, whatever the place: the filter for it is left aside. One query."""
    late = is_late(at).label("is_late")
    counted = _of_register(select(CASE.place, CASE.place_name, late, func.count()))
    found = counted.where(*conditions_of(session, category, replace(filters, place=None), at))
    counts = RegisterCounts()
    for place, name, was_late, number in session.execute(found.group_by(CASE.place, CASE.place_name, late)):
        counts.cases[place] += number
        counts.late[place] += number if was_late else 0
        counts.names[place] = name or ""
    return counts


def _of_register(columns: Select[Any]) -> Select[Any]:
    published = columns.join_from(published_view, Case, Case.id == CASE.id)
    return with_authorities(published.outerjoin(RegisterEntry, RegisterEntry.case_id == CASE.id))


def _row(session: Session, row: Row[Any]) -> RegisterRow:
    entry = EntryShown(**{column.name: getattr(row, column.name) for column in FOR_EVERYBODY})
    return RegisterRow(public_case(session, row), for_everybody(entry), bool(row.is_late))


def _values_of_last(session: Session, cursor: str, filters: RegisterFilters, keys: list[OrderKey]) -> list[Any]:
    """Return the values of the keys in the row before the page with this cursor; [] for the first page."""
    place = read_place(cursor, filters.order)
    if place is None:
        return []
    if place.received_on is not None:
        return [place.received_on, place.case_id]
    last = _of_register(select(*(key.value for key in keys))).where(CASE.id == place.case_id)
    return list(session.execute(last).one_or_none() or ())
