"""The columns that the list of all cases may have: what stands in them on the page, and in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.calendar import Calendar
from cases.case import Case
from cases.imports.formats.writing import Value
from web.language.labels import KINDS, channel_name
from web.language.state_words import STATE_NAMES
from web.pages.options import category_name


@dataclass(frozen=True)
class ListColumn:
    """One column: its heading, and the value that a case has in it, of which a file makes its cell."""

    heading: LazyString
    value: Callable[[Case, Calendar], Value]


def _waits_for(case: Case, _calendar: Calendar) -> Value:
    if case.waits_for_reporter:
        return str(_l("Who asked"))
    return case.waiting_unit.name if case.waiting_unit else case.waiting_name


def _day(moment: str) -> Callable[[Case, Calendar], date | None]:
    def day(case: Case, calendar: Calendar) -> date | None:
        at = getattr(case, moment)
        return calendar.day_of(at) if at else None

    return day


COLUMNS: dict[str, ListColumn] = {
    "ref": ListColumn(_l("Reference"), lambda case, _: case.ref),
    "title": ListColumn(_l("Title"), lambda case, _: case.title),
    "kind": ListColumn(_l("Kind"), lambda case, _: str(KINDS[case.kind])),
    "state": ListColumn(_l("State"), lambda case, _: str(STATE_NAMES[case.state])),
    "category": ListColumn(_l("Topic"), lambda case, _: category_name(case.category) if case.category else None),
    "place": ListColumn(_l("Place"), lambda case, _: case.place.name if case.place else None),
    "responsible": ListColumn(_l("Who has it"), lambda case, _: case.responsible.name),
    "officer": ListColumn(_l("Officer"), lambda case, _: case.officer.name if case.officer else None),
    "group": ListColumn(_l("Group"), lambda case, _: case.group.name if case.group else None),
    "waiting": ListColumn(_l("Waits for"), _waits_for),
    "received": ListColumn(_l("Received"), _day("received_at")),
    "due": ListColumn(_l("Due"), _day("due_at")),
    "promised": ListColumn(_l("Promised"), lambda case, _: case.promised_on),
    "acted": ListColumn(_l("Latest act"), _day("last_act_at")),
    "ended": ListColumn(_l("Ended on"), _day("ended_at")),
    "channel": ListColumn(_l("How it was received"), lambda case, _: str(channel_name(case.channel))),
    "quick_win": ListColumn(_l("Quick win"), lambda case, _: str(_l("Yes")) if case.quick_win else None),
    "sent_back": ListColumn(_l("Times sent back"), lambda case, _: case.sent_back_count or None),
}
USUAL = ("ref", "title", "state", "category", "place", "responsible", "due", "acted")
