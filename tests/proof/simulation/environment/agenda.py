"""The agenda: what is to happen, in the order of its moments. Our own clock stands where the last happening stood."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

Happening = Callable[[], None]


@dataclass
class Agenda:
    """A heap of moments. What has the same moment happens in the order in which it was planned."""

    _heap: list[tuple[datetime, int, Happening]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def plan(self, moment: datetime, happening: Happening) -> None:
        """Let this happen then."""
        heapq.heappush(self._heap, (moment, next(self._numbers), happening))

    def until(self, end: datetime) -> Iterator[tuple[datetime, Happening]]:
        """Give what happens until `end`, and what is planned meanwhile."""
        while self._heap and self._heap[0][0] <= end:
            moment, _, happening = heapq.heappop(self._heap)
            yield moment, happening
