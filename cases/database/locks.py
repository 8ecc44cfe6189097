"""The in-process lock that lets one writer at a time use SQLite, first come, first served."""

import threading
from collections import deque


class FairLock:
    """A lock that threads get in the order in which they asked, so that no writer starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        turn.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._queue:
                self._queue.popleft().release()
            else:
                self._held = False


class NoLock:
    """A lock that does nothing, for PostgreSQL, which locks rows itself."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
