"""What the address of a list of published cases asks for, in the words of the statistics and of staff's list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from cases.public.published_filters import PublicFilters
from cases.states import Kind, State
from web.pages.filters import (
    DAYS,
    ENDED_IN,
    IN_STATES,
    NO,
    PERIOD,
    YES,
    is_year,
    no_such_choice,
    not_understood,
    read_days,
    slugs,
    states_in,
    typed_days,
    unknown_choices,
)
from web.pages.options import known

FILTERS = ("place", "category", "responsible", "kind", "state", PERIOD, ENDED_IN, *DAYS, "overdue", "q")
NAMED = ("place", "category", "responsible", "kind")
YEARS = {PERIOD: ("from", "to"), ENDED_IN: ("ended_from", "ended_to")}


@dataclass(frozen=True)
class PublishedQuery:
    """The query of a list of published cases: `asked` are its filters by name, as they stand in the address.

    `refusals` has a sentence for each of them whose value is not understood, by name: such a list cannot be shown.
    """

    asked: Mapping[str, str]
    days: Mapping[str, date]
    refusals: Mapping[str, str]

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in self.asked.items() if value}

    def filters(self, now: datetime) -> PublicFilters:
        """Return the filters of the list at the moment `now` (UTC), which decides which cases are late."""
        named: dict[str, Any] = {name: self.asked[name] or None for name in NAMED}
        return PublicFilters(
            **named,
            **self._bounds(),
            states=states_in(self.asked["state"]) if self.asked["state"] else (),
            late_at=now if self.asked["overdue"] == YES else None,
            words=self.asked["q"],
        )

    def _bounds(self) -> dict[str, Any]:
        """Return the first and last days of receipt and end: those of a year, and days, hold together."""
        found: dict[str, Any] = {}
        for (year, (first, last)), what in zip(YEARS.items(), ("received", "ended"), strict=True):
            of_year = [int(self.asked[year])] if self.asked[year] else []
            starts = [*(date(one, 1, 1) for one in of_year), *([self.days[first]] if first in self.days else [])]
            ends = [*(date(one, 12, 31) for one in of_year), *([self.days[last]] if last in self.days else [])]
            found |= {f"{what}_from": max(starts, default=None), f"{what}_to": min(ends, default=None)}
        return found


def read_published_query(session: Session) -> PublishedQuery:
    """Return what the present request's query string asks for."""
    asked = dict.fromkeys(FILTERS, "") | {name: request.args.get(name, "").strip() for name in FILTERS} | typed_days()
    days, not_days = read_days({name: asked[name] for name in DAYS if asked[name]})
    named = slugs(known(session))
    possible: dict[str, Iterable[object]] = {
        **{name: named[name] for name in ("place", "category", "responsible")},
        "kind": list(Kind),
        "state": [*IN_STATES, *State],
        "overdue": (YES, NO),
    }
    not_years = {name: no_such_choice(asked[name]) for name in YEARS if asked[name] and not is_year(asked[name])}
    refusals = unknown_choices(asked, possible) | not_years | not_days | not_understood(FILTERS)
    return PublishedQuery(asked, days, refusals)
