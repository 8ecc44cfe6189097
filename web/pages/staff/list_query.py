"""What the address of a list of cases asks for: filters, order and columns. The desk's piles are such addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.calendar import Calendar
from cases.database.texts import storable
from cases.organisation.units import Unit
from cases.reading.lists import Filters, Sort
from cases.states import LADDER_STATES, Kind, State
from web.pages.filters import (
    DAYS,
    NO,
    PERIOD,
    YES,
    is_year,
    no_such_choice,
    not_understood,
    slugs,
    states_in,
    typed_days,
    unknown_choices,
)
from web.pages.forms import DayField, first_sentence
from web.pages.options import known_with_people
from web.pages.staff.list_columns import COLUMNS, USUAL

LONGEST_SEARCH, MOST_DAYS, LARGEST_ID = 200, 3660, 2**63 - 1
NAMES = ("category", "place", "responsible", "group", "unit")  # slugs
SWITCHES = ("overdue", "parked", "quick_win", "sent_back", "unread_reply", "junk")
Asked = Mapping[str, str]
NO_JUNK: Asked = {"junk": NO}  # it has a pile of its own
VIEWS: dict[str, Asked] = {  # the piles of the desk, by their key in its address
    "inkommet": {"state": State.RECEIVED, "sort": Sort.DUE, **NO_JUNK},
    "svar": {"unread_reply": YES, "sort": Sort.DUE},
    "forsenat": {"overdue": YES, "sort": Sort.DUE, **NO_JUNK},
    "snart": {"due": "3", "sort": Sort.DUE, **NO_JUNK},
    "ror": {"untouched": "30", "sort": Sort.UNTOUCHED, **NO_JUNK},
    "atersant": {"state": "open", "sent_back": YES, "sort": Sort.DUE, **NO_JUNK},
    "vantar": {"state": State.WAITING, "sort": Sort.DUE},
    "vilande": {"state": State.PARKED, "sort": Sort.DUE},
    "klart": {"state": State.DONE, "sort": Sort.DUE},
    "alla": {"state": "open", "sort": Sort.DUE, **NO_JUNK},
    "skrap": {"state": "open", "junk": YES, "sort": Sort.DUE},
}
UNIT_VIEWS: dict[str, Asked] = {  # the lists of a unit's page
    "oppna": {"state": "working", "sort": Sort.DUE, **NO_JUNK},
    "svar": {"unread_reply": YES, "sort": Sort.DUE},
    "forsenade": {"overdue": YES, "sort": Sort.DUE, **NO_JUNK},
    "vilande": {"state": State.PARKED, "sort": Sort.DUE},
    "klara": {"state": "settled"},
}


@dataclass(frozen=True)
class ListQuery:
    """The query of a list of cases: `asked` its filters and order by name as they stand in the address, `columns` too.

    `refusals` has a sentence for each of them whose value is not understood, by name: such a list cannot be shown.
    """

    asked: Asked
    columns: tuple[str, ...] = USUAL
    refusals: Mapping[str, str] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query string of this list as pairs, without a cursor."""
        chosen = [] if self.columns == USUAL else [("col", name) for name in self.columns]
        return [*self.asked.items(), *chosen]

    def address(self, path: str, **more: str | None) -> str:
        """Return the address of this list under `path`, with these further arguments."""
        pairs = [*self.pairs, *((name, value) for name, value in more.items() if value)]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def read_list_query(session: Session) -> ListQuery:
    """Return what the present request's query string asks for."""
    typed = {name: storable(value).strip() for name, value in request.args.items()}
    typed |= _days_of_period(typed) | typed_days()
    chosen = tuple(name for name in COLUMNS if name in request.args.getlist("col"))
    asked = {name: typed[name] for name in READ if typed.get(name)}
    unread = {name: sentence for name, value in asked.items() if (sentence := _refusal(name, value))}
    refusals = unknown_choices(asked, slugs(known_with_people(session))) | unread | not_understood({*READ, PERIOD})
    return ListQuery(asked, chosen or USUAL, refusals | _refused_period(typed))


def _days_of_period(typed: Asked) -> dict[str, str]:
    """Return the days of receipt that stand for the year by which the statistics and the public lists are asked."""
    year = typed.get(PERIOD, "")
    return {"from": f"{year}-01-01", "to": f"{year}-12-31"} if is_year(year) else {}


def _refused_period(typed: Asked) -> dict[str, str]:
    year = typed.get(PERIOD, "")
    return {"from": no_such_choice(year)} if year and not is_year(year) else {}


def filters_for(asked: Asked, *, session: Session, calendar: Calendar, now: datetime) -> Filters:
    """Return the filters of a list, at the moment `now`; days are local and whole, so "within 3 days" ends with a day.

    The slug of a unit that does not exist selects no case.
    """
    given: dict[str, Any] = {name: read(asked[name]) for name, read in READ.items() if name in asked}
    unit, due, untouched = given.pop("unit", None), given.pop("due", None), given.pop("untouched", None)
    states: tuple[State, ...] = given.pop("state", ())
    today = calendar.day_of(now)
    if due is not None:
        states = tuple(set(states or LADDER_STATES) & set(LADDER_STATES)) or (State.RECEIVED,)
        given["due_by"] = calendar.end_of(today + timedelta(days=due))
    if untouched is not None:
        given["untouched_since"] = now - timedelta(days=untouched)
    if unit is not None:
        given["of_unit"] = session.scalar(select(Unit.id).where(Unit.slug == unit)) or 0
    given |= _period("received", given.pop("from", None), given.pop("to", None), calendar)
    given |= _period("ended", given.pop("ended_from", None), given.pop("ended_to", None), calendar)
    return Filters(states=states, **given)


def _period(what: str, first: date | None, last: date | None, calendar: Calendar) -> dict[str, datetime]:
    found = {}
    if first is not None:
        found[f"{what}_from"] = datetime.combine(first, time.min, calendar.zone)
    if last is not None:
        found[f"{what}_until"] = datetime.combine(last, time.max, calendar.zone)
    return found


def _refusal(name: str, value: str) -> str:
    """Return why this value of a filter is not understood; "" when it is."""
    try:
        READ[name](value)
    except ValidationError as refused:
        return first_sentence(refused.messages)
    except ValueError:
        return no_such_choice(value)
    return ""


def _switch(value: str) -> bool:
    if value not in {YES, NO}:
        raise ValueError(value)
    return value == YES


def _number(value: str, most: int) -> int:
    number = int(value) if value.isascii() and value.isdecimal() and len(value) < len(str(LARGEST_ID)) else -1
    if not 0 <= number <= most:
        raise ValueError(value)
    return number


def _text(value: str) -> str:
    if len(value) > LONGEST_SEARCH:
        raise ValueError(value)
    return value


READ: dict[str, Any] = {
    "q": _text,
    "state": states_in,
    "kind": Kind,
    **dict.fromkeys(NAMES, _text),
    "officer": lambda value: _number(value, LARGEST_ID),
    **dict.fromkeys(DAYS, DayField(has_been=True).deserialize),
    **dict.fromkeys(SWITCHES, _switch),
    "due": lambda value: _number(value, MOST_DAYS),
    "untouched": lambda value: _number(value, MOST_DAYS),
    "sort": Sort,
}


def of_views(views: Mapping[str, Asked], **more: str) -> dict[str, ListQuery]:
    """Return these views as lists by their key, narrowed by `more`."""
    return {key: ListQuery({**asked, **more}) for key, asked in views.items()}
