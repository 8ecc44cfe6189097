"""Filters in an address that are not understood: each is refused with a sentence beside its field."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask import request
from marshmallow import ValidationError

from cases.calendar import FIRST_YEAR, LAST_YEAR
from cases.states import ENDED, OPEN, State
from web.language.gettext import gettext
from web.pages.forms import PICKED, DayField, first_sentence
from web.pages.options import OptionNames

OK, UNPROCESSABLE = 200, 422
YES, NO = "1", "0"
DAYS = ("from", "to", "ended_from", "ended_to")  # received and ended, the first and the last day
IN_STATES: dict[str, tuple[State, ...]] = {  # what is chosen as a state, beside the states themselves
    "open": tuple(sorted(OPEN)),
    "working": tuple(sorted(OPEN - {State.PARKED, State.DONE})),
    "under_way": (State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING),
    "answered": (State.DONE, State.CLOSED),
    "ended": tuple(sorted(ENDED)),
    "settled": (State.DONE, *sorted(ENDED)),
}
EVERYWHERE = frozenset((  # filters that some list of cases or of figures has: where one is not understood it is refused
    *DAYS, "category", "due", "ended", "group", "junk", "kind", "officer", "overdue", "parked", "period", "place", "q",
    "quick_win", "responsible", "sent_back", "state", "unit", "unread_reply", "untouched",
))  # fmt: skip
PERIOD, ENDED_IN = "period", "ended"  # years: in which a case came in, and in which it ended
ADDRESS = "address"  # stands in refusals for what the address asks for and no field of the page


def is_year(value: str) -> bool:
    """Return whether this is a year of the calendar, as four digits."""
    return value.isascii() and value.isdecimal() and len(value) == len("2026") and FIRST_YEAR <= int(value) <= LAST_YEAR


def states_in(value: str) -> tuple[State, ...]:
    """Return the states that were chosen as one. Raises `ValueError` when there is no such choice."""
    return IN_STATES.get(value) or (State(value),)


def typed_days() -> dict[str, str]:
    """Return the days in the query string as they were typed or, else, picked in the calendar beside the field."""
    typed = {name: request.args.get(name, "").strip() or request.args.get(f"{name}{PICKED}", "") for name in DAYS}
    return {name: day for name, day in typed.items() if day}


def read_days(typed: Mapping[str, str]) -> tuple[dict[str, date], dict[str, str]]:
    """Return the days that were typed, and a sentence for each that is none, both by the name of the filter."""
    days, refusals = dict[str, date](), dict[str, str]()
    for name, value in typed.items():
        try:
            days[name] = DayField(has_been=True).deserialize(value)
        except ValidationError as refused:
            refusals[name] = first_sentence(refused.messages)
    return days, refusals


def not_understood(names: Iterable[str]) -> dict[str, str]:
    """Return the refusal of the filters in the address that other lists have and this one, with these, has not."""
    foreign = sorted(name for name in EVERYWHERE.difference(names) if request.args.get(name, "").strip())
    listed = ", ".join(f"{name}={request.args[name]}" for name in foreign)
    return (
        {ADDRESS: gettext("The web address has “%(asked)s”. You cannot choose by that here.", asked=listed)}
        if foreign
        else {}
    )


def no_such_choice(typed: str) -> str:
    """Return the sentence that refuses a filter with this value."""
    return gettext("“%(typed)s” cannot be chosen here.", typed=typed)


def unknown_choices(asked: Mapping[str, str | None], possible: Mapping[str, Iterable[object]]) -> dict[str, str]:
    """Return a sentence for each filter whose value is none of the possible ones, by name."""
    return {
        name: no_such_choice(value)
        for name, values in possible.items()
        if (value := asked.get(name)) and value not in set(map(str, values))
    }


def slugs(known: OptionNames) -> dict[str, list[str]]:
    """Return the slugs that there are, by the name of the filter; also of what is switched off, and may have cases."""
    units = [row.slug for row in known.units]
    return {
        "category": [row.slug for row in known.categories],
        "place": [row.slug for row in known.places],
        **dict.fromkeys(("responsible", "group", "unit"), units),
    }


def status_of_filters(refusals: Mapping[str, str]) -> int:
    """Return the HTTP status of a page whose filters were refused so; 200 when none was."""
    return UNPROCESSABLE if refusals else OK
