"""What wakes the relay before its next poll: a commit in this process, or a NOTIFY from PostgreSQL."""

import threading
import time
from typing import Protocol

import psycopg
import structlog
from psycopg.conninfo import make_conninfo

from cases.database.transactions import Database

LOG = structlog.get_logger()
CHANNEL = "ventil_work"
COALESCE = 0.005  # seconds to wait for further commits, so that one round serves all
TIMEOUTS = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Wake(Protocol):
    """Something that a relay waits on between two rounds."""

    def wait(self, seconds: float) -> None:
        """Return when there may be work, or after so many seconds."""

    def close(self) -> None:
        """Close what is open for waiting."""


class WokenByCommits:
    """Wakes at each commit of this process, on SQLite."""

    def __init__(self, wrote: threading.Event) -> None:
        self.wrote = wrote

    def wait(self, seconds: float) -> None:
        """Return after the next commit, or after so many seconds."""
        if self.wrote.wait(seconds):
            time.sleep(COALESCE)
        self.wrote.clear()

    def close(self) -> None:
        """Do nothing: nothing is open."""


class WokenByNotify:
    """Wakes at each NOTIFY of PostgreSQL. Without a connection it sleeps, and connects anew at the next wait."""

    def __init__(self, url: str) -> None:
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.conninfo = make_conninfo(plain, **TIMEOUTS)
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float) -> None:
        """Return after the next NOTIFY, or after so many seconds."""
        begun = time.monotonic()
        try:
            self._listen(seconds)
        except psycopg.Error as error:
            LOG.warning("relay.not_listening", error=type(error).__name__)
            self.close()
            time.sleep(max(0.0, seconds - (time.monotonic() - begun)))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listen(self, seconds: float) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(self.conninfo, autocommit=True)
            self._connection.execute(f"LISTEN {CHANNEL}")
            return  # a NOTIFY may have been sent before we listened
        for _ in self._connection.notifies(timeout=seconds, stop_after=1):
            return


def wake_of(database: Database) -> Wake:
    """Return what wakes a relay on this database."""
    return WokenByCommits(database.committed) if database.is_sqlite else WokenByNotify(database.url)
