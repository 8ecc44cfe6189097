"""What wakes the relay before its next poll: a commit in this process, or a NOTIFY from PostgreSQL."""

import threading
import time
from contextlib import suppress
from typing import Protocol

import psycopg
import structlog
from psycopg.conninfo import make_conninfo

from cases.database.transactions import Database

LOG = structlog.get_logger()
CHANNEL = "ventil_work"
TIMEOUTS = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


class Wake(Protocol):
    """What a relay waits on when it has nothing to plan."""

    def wait(self, seconds: float) -> bool:
        """Return when there may be something to plan, at the latest after this many seconds.

        Return True when there are outbox entries, as far as is known, and False when it is better to look.
        """

    def forget(self) -> None:
        """Forget that there was something to plan: the round that begins now finds it."""

    def close(self) -> None:
        """Close the connection that `wait` uses, if it uses one."""


class WokenByCommits:
    """The `Wake` for SQLite, and behind a pooler: it wakes the relay at each commit of this process."""

    def __init__(self, wrote: threading.Event) -> None:
        self.wrote = wrote

    def wait(self, seconds: float) -> bool:
        """Return after the next commit of this process, or at once if one came meanwhile; wait `seconds` at most.

        Return False, since most commits are of other things.
        """
        self.wrote.wait(seconds)
        return False

    def forget(self) -> None:
        """Forget the commits so far."""
        self.wrote.clear()

    def close(self) -> None:
        """Do nothing: there is no connection to close."""


class WokenByNotify:
    """The `Wake` for PostgreSQL: it wakes the relay at each NOTIFY. After an error the next `wait` connects again."""

    def __init__(self, url: str) -> None:
        plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self.conninfo = make_conninfo(plain, **TIMEOUTS)
        self._connection: psycopg.Connection | None = None

    def wait(self, seconds: float) -> bool:
        """Return after the next NOTIFY, at the latest after this many seconds; True if one came.

        When it has to connect first, it returns at once: a NOTIFY may have been missed.
        """
        begun = time.monotonic()
        try:
            return self._listen(seconds)
        except psycopg.Error as error:
            LOG.warning("relay.not_listening", error=type(error).__name__)
            self.close()
            time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
            return False

    def forget(self) -> None:
        """Forget the NOTIFYs that have come so far."""
        with suppress(psycopg.Error):  # the next `wait` says so, and connects again
            if self._connection is not None:
                for _ in self._connection.notifies(timeout=0):
                    pass

    def close(self) -> None:
        """Close the connection, if one is open."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listen(self, seconds: float) -> bool:
        if self._connection is None:
            self._connection = psycopg.connect(self.conninfo, autocommit=True)
            self._connection.execute(f"LISTEN {CHANNEL}")
            return False  # a NOTIFY may have been sent before we listened
        return any(True for _ in self._connection.notifies(timeout=seconds, stop_after=1))


def wake_of(database: Database) -> Wake:
    """Return the `Wake` for a relay on this database: by commits on SQLite, by NOTIFY on PostgreSQL.

    Behind a pooler in transaction mode no NOTIFY arrives, since no connection to the server is the relay's own: there
    it only looks by itself, every second.
    """
    polls = database.is_sqlite or database.is_pooled
    return WokenByCommits(database.committed) if polls else WokenByNotify(database.url)
