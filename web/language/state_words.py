"""What the states of a case are called: by themselves, and within a sentence."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from cases.states import State

STATES: Mapping[State, tuple[LazyString, LazyString]] = {
    State.RECEIVED: (_l("Received"), _l("received")),
    State.ASSIGNED: (_l("Assigned"), _l("assigned")),
    State.PLANNED: (_l("Planned"), _l("planned")),
    State.IN_PROGRESS: (_l("In progress"), _l("in progress")),
    State.WAITING: (_l("Waiting"), _l("waiting")),
    State.PARKED: (_l("On hold"), _l("on hold")),
    State.DONE: (_l("Done"), _l("done")),
    State.CLOSED: (_l("Closed"), _l("closed")),
    State.DECLINED: (_l("Declined"), _l("declined")),
    State.MERGED: (_l("Merged"), _l("merged")),
}
STATE_NAMES: Mapping[State, LazyString] = {state: name for state, (name, _) in STATES.items()}
STATES_IN_SENTENCES: Mapping[str, LazyString] = {state.value: words for state, (_, words) in STATES.items()}
