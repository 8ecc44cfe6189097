"""What the checker is told besides the database: the moment, the client's journal, the mail sink, and the faults."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class InvariantBreach:
    """An invariant that does not hold, as "I5", and one sentence that says where."""

    invariant: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.sentence}"


@dataclass(frozen=True)
class Window:
    """A time in which a fault may have shown, both ends included.

    For `database_down` and `disk_full` the time is the one in which it is certain: nothing could be written then.
    Any other name only says when a letter may have been sent twice.
    """

    fault: str
    begins: datetime
    ends: datetime

    def holds(self, moment: datetime) -> bool:
        """Say whether the moment lies in it."""
        return self.begins <= moment <= self.ends


@dataclass(frozen=True)
class Gauge:
    """What was measured over a run (broker depth, memory, open files), and the most that it may be."""

    name: str
    most: float
    samples: tuple[float, ...]


@dataclass(frozen=True)
class Restart:
    """Letters in the sink before everything was wiped and started again, and after: the house was at rest."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Outside:
    """All that is known from outside. What is None or empty is not checked.

    `now` judges the clocks: what was due longer than `grace` before it must have happened. `drained` says that
    everything has come to rest, so that nothing may be pending. `doubles` is the most letters that may have been sent
    twice in the whole run: what was in flight at its faults. `most_claims` is how often anything may be begun before
    it is set aside, and `zone` the house's time zone.
    """

    now: datetime | None = None
    journal: Path | None = None
    sink: Path | None = None
    drained: bool = True
    faults: tuple[Window, ...] = ()
    doubles: int | None = None
    grace: timedelta = GRACE
    most_claims: int = 5
    zone: str = "Europe/Stockholm"
    gauges: tuple[Gauge, ...] = ()
    restarts: tuple[Restart, ...] = ()
