"""What is due in a case, in words: to be read, answered, done or followed up, and by which day."""

from datetime import date

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.states import State
from web.language.dates import day_words

DUE: dict[State, tuple[LazyString, LazyString]] = {  # by state: what is due by a day to come, and what was due
    State.RECEIVED: (_l("It is to be read by %(day)s."), _l("It should have been read by %(day)s.")),
    State.ASSIGNED: (_l("It is to be answered by %(day)s."), _l("It should have been answered by %(day)s.")),
    State.PLANNED: (_l("It is to be done by %(day)s."), _l("It should have been done by %(day)s.")),
    State.IN_PROGRESS: (_l("News is to come by %(day)s."), _l("News should have come by %(day)s.")),
    State.WAITING: (_l("It is to be followed up by %(day)s."), _l("It should have been followed up by %(day)s.")),
    State.PARKED: (_l("It will be taken up again on %(day)s."), _l("It should have been taken up again on %(day)s.")),
    State.DONE: (_l("Objections are possible until %(day)s."), _l("Objections were possible until %(day)s.")),
}


def due_on_agenda(state: State, due_on: date | None, day: date) -> str:
    """Return what is, or was, due in a case of this state by `due_on`, seen on `day`; "" when nothing is due."""
    if due_on is None or state not in DUE:
        return ""
    coming, past = DUE[state]
    return str(past if due_on < day else coming) % {"day": day_words(due_on)}
