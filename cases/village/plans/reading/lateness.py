"""What is late in a plan: an item that is not done by its day, or the answer while nobody has set a day for it."""

from datetime import datetime

from cases.states import LADDER_STATES, State

HAS_ITS_DAY = frozenset({State.PLANNED, State.IN_PROGRESS})  # the day of the case is that of the deed
AWAITS_ANSWER = frozenset(LADDER_STATES) - HAS_ITS_DAY  # it is only that of the answer


def is_late(state: State | None, due_at: datetime | None, at: datetime) -> bool:
    """Return whether, at the moment `at`, an item whose case is in this state and due then was to be done already."""
    return state in HAS_ITS_DAY and due_at is not None and due_at < at


def answer_is_late(state: State | None, due_at: datetime | None, at: datetime) -> bool:
    """Return whether, at the moment `at`, somebody was to say already when the item will be done."""
    return state in AWAITS_ANSWER and due_at is not None and due_at < at
