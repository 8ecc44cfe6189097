"""Connections to the mail server that a process keeps open between two rounds: opening one costs as much as a letter.

Mail servers close what is idle for ten seconds at the earliest; ours are closed after five, and when they are old.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from notifications.sending.smtp import SmtpConnection, SmtpServer, Watcher

LONGEST_IDLE, OLDEST = 5.0, 300.0  # seconds


@dataclass
class _Kept:
    connection: SmtpConnection
    opened: float = field(default_factory=time.monotonic)  # on the monotonic clock
    idle_since: float = 0.0

    def is_usable(self) -> bool:
        moment = time.monotonic()
        is_fresh = moment - self.idle_since <= LONGEST_IDLE and moment - self.opened <= OLDEST
        return is_fresh and self.connection.is_open()


class KeptConnections:
    """The idle connections of one process to one mail server; any number of threads may borrow them."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._lock = threading.Lock()
        self._idle: list[_Kept] = []
        self._is_closed = False

    def has_one(self) -> bool:
        """Return whether a connection is open that nobody uses."""
        self.close_idle()
        with self._lock:
            return bool(self._idle)

    @contextmanager
    def connection(self, watcher: Watcher) -> Iterator[SmtpConnection]:
        """Yield a connection that was kept, or a new one; it is kept afterwards, and closed after an error.

        `watcher` is told before any wait for the server that lasts. Raises `Unreachable` when none can be opened.
        """
        kept = self._take() or _Kept(self.server.connection(watcher).__enter__())
        kept.connection.watch(watcher)
        try:
            yield kept.connection
        except BaseException:
            kept.connection.close()
            raise
        kept.connection.watch(None)
        self._keep(kept)

    def close_idle(self) -> None:
        """Close those that nobody has used for five seconds, or that the server has closed."""
        with self._lock:
            left = [kept for kept in self._idle if not kept.is_usable()]
            self._idle = [kept for kept in self._idle if kept not in left]
        _close(left)

    def close(self) -> None:
        """Close all; one that is in use is closed when it is given back."""
        with self._lock:
            self._is_closed = True
            left, self._idle = self._idle, []
        _close(left)

    def _take(self) -> _Kept | None:
        self.close_idle()
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _keep(self, kept: _Kept) -> None:
        kept.idle_since = time.monotonic()
        with self._lock:
            if not self._is_closed:
                self._idle.append(kept)
                return
        kept.connection.close()


def _close(left: list[_Kept]) -> None:
    for kept in left:
        kept.connection.close()
