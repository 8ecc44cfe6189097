"""The watchdog: reports its process as unhealthy when work was due for three minutes and the process claimed none."""

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

LOG = structlog.get_logger()
LOOKS_EVERY = 10.0  # seconds
PATIENCE = 180.0  # seconds
UNHEALTHY = 70  # the exit code that a supervisor sees


class Watchdog:
    """Judges whether this process is well: not when it has claimed no work for `patience` seconds though some was due.

    `is_due` returns whether there is work that the process could claim now.
    """

    def __init__(self, is_due: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        self.is_due = is_due
        self.patience = patience
        self._well_at = time.monotonic()

    def claimed(self) -> None:
        """Record that the process has claimed work just now."""
        self._well_at = time.monotonic()

    def is_well(self) -> bool:
        """Return False if work has been due for more than `patience` seconds and the process claimed none.

        While the database is down, work counts as not due.
        """
        try:
            if not self.is_due():
                self.claimed()
        except SQLAlchemyError:
            self.claimed()
        return time.monotonic() - self._well_at <= self.patience

    def watch(self, stop: threading.Event, on_ill: Callable[[], None]) -> None:
        """Call `on_ill` whenever a check finds the process not well, until `stop` is set.

        A check is made every 10 seconds, or every `patience` seconds if that is shorter.
        """
        while not stop.wait(min(LOOKS_EVERY, self.patience)):
            if not self.is_well():
                LOG.critical("watchdog.nothing_claimed", seconds=round(time.monotonic() - self._well_at))
                on_ill()
