"""The lock that writers of one process take in turn."""

import threading
from collections import deque


class FairLock:
    """A lock that is given in the order it was asked for, so that no writer starves."""

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
    """PostgreSQL needs none in the process."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...
