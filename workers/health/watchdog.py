"""The watchdog: a process that claims nothing although things are due is not well, and says so."""

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

LOG = structlog.get_logger()
LOOKS_EVERY = 10.0
PATIENCE = 180.0
UNHEALTHY = 70  # the exit code that a supervisor sees


class Watchdog:
    """Looks now and then whether something is due, and whether anything was claimed since."""

    def __init__(self, is_due: Callable[[], bool], *, patience: float = PATIENCE) -> None:
        self.is_due = is_due
        self.patience = patience
        self._well_at = time.monotonic()

    def claimed(self) -> None:
        """Hear that something was claimed."""
        self._well_at = time.monotonic()

    def is_well(self) -> bool:
        """Say whether something was claimed within the patience, or nothing is due, or the database is away."""
        try:
            if not self.is_due():
                self.claimed()
        except SQLAlchemyError:
            self.claimed()
        return time.monotonic() - self._well_at <= self.patience

    def watch(self, stop: threading.Event, ill: Callable[[], None]) -> None:
        """Look until `stop`; call `ill` each time it is not well."""
        while not stop.wait(min(LOOKS_EVERY, self.patience)):
            if not self.is_well():
                LOG.critical("watchdog.nothing_claimed", seconds=round(time.monotonic() - self._well_at))
                ill()
