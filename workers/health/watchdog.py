"""The watchdog: a process that claims nothing for three minutes although something is due is reported as unhealthy."""

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
    """Decides whether this process is healthy, by whether something is due and when it last claimed something."""

    def __init__(self, is_due: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        self.is_due = is_due
        self.patience = patience
        self._well_at = time.monotonic()

    def claimed(self) -> None:
        """Note that the process claimed something just now."""
        self._well_at = time.monotonic()

    def is_well(self) -> bool:
        """Return whether something was claimed within `patience` seconds, nothing is due, or the database is down."""
        try:
            if not self.is_due():
                self.claimed()
        except SQLAlchemyError:
            self.claimed()
        return time.monotonic() - self._well_at <= self.patience

    def watch(self, stop: threading.Event, on_ill: Callable[[], None]) -> None:
        """Check until `stop` is set; call `ill` after each check that fails."""
        while not stop.wait(min(LOOKS_EVERY, self.patience)):
            if not self.is_well():
                LOG.critical("watchdog.nothing_claimed", seconds=round(time.monotonic() - self._well_at))
                on_ill()
