"""The list for those without a token: what was published, and only questions that what was published can answer."""

from typing import Any

from sqlalchemy.orm import Session

from cases.public.published import PublicFilters, is_cursor, list_published
from cases.reading.lists import Filters, Sort
from cases.refusals import UnknownName
from cases.states import State
from web.api.serializing import published_shown
from web.requests.guard import LoginNeeded


def published_page(session: Session, wanted: Filters) -> dict[str, Any]:
    """Give a page of published cases. A question about what is not public asks for a log-in."""
    if wanted.cursor is not None and not is_cursor(wanted.cursor):
        raise UnknownName(field="cursor", name=wanted.cursor)
    found, following = list_published(session, public_filters(wanted), after=wanted.cursor or "", limit=wanted.limit)
    return {"items": [published_shown(case) for case in found], "next": following or None}


def public_filters(wanted: Filters) -> PublicFilters:
    """Give what is asked for, in terms of what is public. Raises `LoginNeeded` for anything else."""
    private = (wanted.group, wanted.quick_win, wanted.parked is False or None, wanted.overdue is False or None)
    if any(asked is not None for asked in private) or wanted.sort is not Sort.NEWEST:
        raise LoginNeeded
    return PublicFilters(
        kind=wanted.kind,
        place=wanted.place,
        category=wanted.category,
        responsible=wanted.responsible,
        state=State.PARKED if wanted.parked else None,
        states=wanted.states,
        words=wanted.q or "",
        delayed=bool(wanted.overdue),
    )
