"""What the checker is given besides the database: the present moment, journal, mail sink, faults and measurements."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

GRACE = timedelta(minutes=5)


@dataclass(frozen=True)
class InvariantBreach:
    """One breach: the invariant that does not hold, such as "I5", and a sentence that says where."""

    invariant: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.sentence}"


@dataclass(frozen=True)
class Window:
    """The time in which a fault may have had an effect, both ends included.

    For `database_down` and `disk_full` it is the time in which certainly nothing could be written. Any other fault only
    excuses letters that were sent twice in this time.
    """

    fault: str
    begins: datetime
    ends: datetime

    def contains(self, moment: datetime) -> bool:
        """Return whether the moment lies in this window."""
        return self.begins <= moment <= self.ends


@dataclass(frozen=True)
class Gauge:
    """All samples of one measurement in a run (broker depth, memory, open files), and the most that a sample may be."""

    name: str
    most: float
    samples: tuple[float, ...]


@dataclass(frozen=True)
class Restart:
    """How many letters the sink held, at rest, before Redis was wiped and everything restarted, and how many after."""

    name: str
    before: int
    after: int


@dataclass(frozen=True)
class Outside:
    """All that is known from outside the database. What is None or empty is not checked.

    `now`: when the check is made; what fell due more than `grace` before it must have happened. `drained`: the outbox
    and all letters have been worked off, so nothing may be pending. `doubles`: the most letters that may have been sent
    twice in the whole run, which is how many were in flight at its faults. `most_claims`: how often a row may be
    claimed before it is set aside. `zone`: the municipality's time zone. `mails`: the journal of the mails that came to
    a mailbox, and `maildir`: the folder in which its server keeps them.
    """

    now: datetime | None = None
    journal: Path | None = None
    sink: Path | None = None
    mails: Path | None = None
    maildir: Path | None = None
    drained: bool = True
    faults: tuple[Window, ...] = ()
    doubles: int | None = None
    grace: timedelta = GRACE
    most_claims: int = 5
    zone: str = "Europe/Stockholm"
    gauges: tuple[Gauge, ...] = ()
    restarts: tuple[Restart, ...] = ()
