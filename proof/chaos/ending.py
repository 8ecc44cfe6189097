"""An end to every run: how long it may last, whatever hangs, and what to say when it does not come to rest."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SETTLES_WITHIN = 420.0
"""Seconds that a run may take besides its faults: about 45 as a rule. Three minutes of them are for what is put off."""


class Overdue(RuntimeError):
    """A run came to no end in its time."""


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Raise `Overdue` in the middle of the block when it takes longer. Only in a program's main thread."""

    def over(_sign: int, _frame: FrameType | None) -> None:
        raise Overdue(f"came to no end within {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
