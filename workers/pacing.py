"""Pacing: rounds of work begin some milliseconds apart, so that under load one round serves many events.

After a rest a round begins at once. What a round costs beside its work (looking, claiming, committing, connecting) then
depends little on how many events come.
"""

import threading
import time


class Pacer:
    """Gives turns that begin at least `apart` seconds after one another; any number of threads may wait for theirs."""

    def __init__(self, apart: float) -> None:
        self.apart = apart
        self._lock = threading.Lock()
        self._is_waited_for = False
        self._next_turn = 0.0  # on the monotonic clock

    def is_my_turn(self, stop: threading.Event) -> bool:
        """Wait for the next turn, and return True; return False at once when another thread waits for it already.

        Whoever gets False has nothing to do: the turn of the other thread begins later, and so serves them too. The
        wait ends when `stop` is set.
        """
        with self._lock:
            if self._is_waited_for:
                return False
            self._is_waited_for = True
            pause = self._next_turn - time.monotonic()
        if pause > 0:
            stop.wait(pause)
        with self._lock:
            self._is_waited_for = False
            self._next_turn = time.monotonic() + self.apart
        return True
