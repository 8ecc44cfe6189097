"""The API's list of cases for callers without a token: published cases only, filtered only by what is public."""

from typing import Any

from sqlalchemy.orm import Session

from cases.public.published import is_cursor, list_published
from cases.public.published_filters import PublicFilters
from cases.reading.lists import Filters, Sort
from cases.refusals import UnknownName
from cases.states import State
from web.api.serializing import published_shown
from web.requests.guard import LoginNeeded


def published_page(session: Session, wanted: Filters) -> dict[str, Any]:
    """Return a page of published cases ("items") and the cursor of the next page ("next"; None on the last).

    Raises `LoginNeeded` for a filter or an order that is not public, `UnknownName` for a malformed cursor.
    """
    if wanted.cursor is not None and not is_cursor(wanted.cursor):
        raise UnknownName(field="cursor", name=wanted.cursor)
    cases, following = list_published(session, public_filters(wanted), after=wanted.cursor or "", limit=wanted.limit)
    return {"items": [published_shown(case) for case in cases], "next": following or None}


def public_filters(wanted: Filters) -> PublicFilters:
    """Convert the filters of a request to filters of published cases.

    Raises `LoginNeeded` for a filter that is not public (group, quick win, "not parked", "not overdue") and for any
    order but newest first.
    """
    private = (wanted.group, wanted.quick_win, wanted.parked is False or None, wanted.overdue is False or None)
    if any(value is not None for value in private) or wanted.sort is not Sort.NEWEST:
        raise LoginNeeded
    return PublicFilters(
        kind=wanted.kind,
        place=wanted.place,
        category=wanted.category,
        responsible=wanted.responsible,
        states=_states(wanted),
        words=wanted.q or "",
        delayed=bool(wanted.overdue),
    )


def _states(wanted: Filters) -> tuple[str, ...]:
    """Return the states that are asked for; of several filters a case must match all."""
    if not wanted.parked:
        return wanted.states
    return (State.PARKED,) if State.PARKED in (wanted.states or State) else ("none",)
