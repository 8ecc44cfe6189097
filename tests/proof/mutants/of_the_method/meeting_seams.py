"""Seams of meetings: the patches that make their mutants."""

from contextlib import AbstractContextManager
from types import SimpleNamespace
from unittest.mock import patch

from cases.meetings.meeting import MeetingSort
from cases.village.forum.convening import calling
from cases.village.forum.minutes import closing, correcting, settling


def nothing_carried_over() -> AbstractContextManager[object]:
    """Let what a meeting postpones come on no other agenda."""
    return patch.object(settling, "carry_over", lambda *_: None)


def closed_with_open_items() -> AbstractContextManager[object]:
    """Close a meeting without looking whether its items are settled."""
    return patch.object(closing, "_unsettled", lambda _: ())


def a_theme_is_the_next() -> AbstractContextManager[object]:
    """Take a meeting about a theme for the body's next ordinary one."""
    return patch.object(calling, "MeetingSort", SimpleNamespace(ORDINARY=MeetingSort.THEME))


def a_correction_says_nothing() -> AbstractContextManager[object]:
    """Put right how an item was settled as if it were settled for the first time."""
    tell = settling.tell_settled
    return patch.object(correcting, "tell_settled", lambda *args, **named: tell(*args, **{**named, "corrects": None}))
