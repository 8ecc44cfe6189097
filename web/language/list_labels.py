"""Words for the filters and orders of the list of all cases."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.reading.hits import FoundIn
from cases.reading.lists import Sort
from web.language.state_words import STATE_NAMES

SORTS: dict[Sort, LazyString] = {
    Sort.NEWEST: _l("Newest first"),
    Sort.OLDEST: _l("Oldest first"),
    Sort.DUE: _l("By due day"),
    Sort.UNTOUCHED: _l("Longest untouched first"),
}
STATE_CHOICES: dict[str, LazyString] = {
    "open": _l("All open"),
    "working": _l("Open, neither on hold nor done"),
    "under_way": _l("Under way"),
    "answered": _l("Done or answered"),
    "settled": _l("Done and ended"),
    "ended": _l("Ended"),
    **{state.value: words for state, words in STATE_NAMES.items()},
}
SWITCHES_IN_WORDS: dict[str, LazyString] = {
    "overdue": _l("Overdue"),
    "parked": _l("On hold"),
    "quick_win": _l("Quick wins"),
    "sent_back": _l("Sent back"),
    "unread_reply": _l("A reply to read"),
    "junk": _l("Likely junk"),
}
FOUND_IN: dict[FoundIn, LazyString] = {
    FoundIn.TITLE: _l("In an earlier title"),
    FoundIn.DESCRIPTION: _l("In the description"),
    FoundIn.NOTE: _l("In a note"),
    FoundIn.NAME: _l("In the name of the person who asked"),
    FoundIn.ADDRESS: _l("In the e-mail address of the person who asked"),
    FoundIn.PHONE: _l("In the telephone number of the person who asked"),
}
