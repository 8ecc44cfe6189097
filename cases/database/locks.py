"""The in-process lock that lets one writer at a time use SQLite, first come, first served."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class FairLock:
    """A lock that threads get in the order in which they asked, so that no writer starves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._queue: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        self._wait(-1)

    def _wait(self, seconds: float) -> None:
        """Wait for the lock; `TimeoutError` after so many seconds (-1: wait for ever)."""
        with self._guard:
            if not self._held:
                self._held = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._queue.append(turn)
        if not turn.acquire(timeout=seconds) and not self._has_turn(turn):
            raise TimeoutError("the database is busy with other writers")

    def _has_turn(self, turn: threading.Lock) -> bool:
        """Return True when the turn came at the very last moment, so that the lock is held; else leave the queue."""
        with self._guard:
            if turn not in self._queue:
                return True
            self._queue.remove(turn)
            return False

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Hold the lock while the block runs; `TimeoutError` when its turn does not come within so many seconds."""
        self._wait(seconds)
        try:
            yield
        finally:
            self.__exit__()

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

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Run the block at once."""
        yield
