"""The deadline of a run: how long it may take in all, and the alarm that ends it when something hangs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SETTLES_WITHIN, READING = 420.0, 0.5


class Overdue(RuntimeError):
    """A run has not ended before its deadline."""


def ends_within(seconds: float) -> float:
    """Return how many seconds a run with so many seconds of faults may take in all.

    As a rule it takes a minute more than its faults. Seven minutes are allowed for starting, for letters that were put
    off, and for ending; half as long as the faults struck, for reading what was written.
    """
    return seconds + SETTLES_WITHIN + READING * seconds


@contextmanager
def ending_within(seconds: float) -> Iterator[None]:
    """Raise `Overdue` within the block when it takes longer. Only in the main thread: it uses SIGALRM."""

    def over(_sign: int, _frame: FrameType | None) -> None:
        raise Overdue(f"came to no end within {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
