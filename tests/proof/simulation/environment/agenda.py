"""The queue of planned callbacks that drives the simulated clock. (The forum's agenda is another thing.)"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

Callback = Callable[[], None]


@dataclass
class CallbackQueue:
    """A priority queue of callbacks by moment; those of the same moment come in the order of planning."""

    _heap: list[tuple[datetime, int, Callback]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def plan(self, moment: datetime, callback: Callback) -> None:
        """Plan the callback for this moment."""
        heapq.heappush(self._heap, (moment, next(self._numbers), callback))

    def until(self, end: datetime) -> Iterator[tuple[datetime, Callback]]:
        """Remove and yield all callbacks up to `end`, with those that are planned meanwhile."""
        while self._heap and self._heap[0][0] <= end:
            moment, _, callback = heapq.heappop(self._heap)
            yield moment, callback
