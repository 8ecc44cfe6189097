"""Mutants "at large": whole broken installations of real processes, which are killed and stopped while clients work.

All meet the same fixed faults, whatever the seed, so that each mutant's defect shows early. A sound installation goes
through the same without a breach.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from proof.chaos.faults.fault import Fault
from proof.chaos.faults.processes import relaying_killed, stopped
from proof.chaos.faults.schedule import IN_FLIGHT, Planned
from proof.chaos.faults.servers import mood
from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import PLAIN
from proof.chaos.kinds import GROWN_UP
from proof.chaos.outcome.ending import Overdue
from proof.chaos.running import run
from proof.mutants import seams
from proof.mutants.mutant import Caught
from proof.mutants.seams import Seam

SECONDS = 20.0
NOT_NOW, NO_RELAY, NO_WORKER = "mail server says not now", "kill who relays", "stop worker"
DECK: Mapping[str, Fault] = {
    NOT_NOW: Fault(mood("451"), "mail"),
    NO_RELAY: Fault(relaying_killed, "relay"),
    NO_WORKER: Fault(stopped("worker"), "worker", doubles=IN_FLIGHT),
}
SCHEDULE = (
    Planned(1.0, NOT_NOW, 3.0, 0),
    Planned(4.5, NO_WORKER, 9.0, 0),
    Planned(4.5, NO_WORKER, 9.0, 1),
    Planned(14.0, NO_RELAY, 0.0, 0),
    Planned(16.5, NO_RELAY, 0.0, 0),
    Planned(19.0, NO_RELAY, 0.0, 0),
)
STRUCK_EARLY = replace(GROWN_UP, short=DECK, at_length={}, fixed=SCHEDULE)


@dataclass(frozen=True)
class AtLarge:
    """One mutant among real processes; if `seam` is None, it is the sound installation."""

    name: str
    seam: Seam | None
    seen_by: str


AT_LARGE = (
    AtLarge("a sound house, at large", None, ""),
    AtLarge("naive relay, at large", seams.work_is_done_when_it_is_taken, "I6"),
    AtLarge("no lease, at large", seams.no_lease, "I10"),
    AtLarge("sent before DATA, at large", seams.sent_before_data, "I8"),
    AtLarge("no cap, at large", seams.no_depth_cap, "I17"),
    AtLarge("swallowed retry, at large", seams.swallowed_retry, "I7"),
)


def let_loose(mutant: AtLarge, ground: ChaosGround, seed: int) -> Caught:
    """Run the mutant through the fixed faults; `seed` is for the clients' random choices."""
    begun = time.monotonic()
    launcher = ("proof.chaos.house.broken", mutant.seam.__name__) if mutant.seam else PLAIN
    try:
        outcome = run(ground, SECONDS, seed, launcher, STRUCK_EARLY)
        seen = tuple(dict.fromkeys(breach.invariant for breach in outcome.breaches))
    except Overdue as overdue:
        seen = (str(overdue),)
    return Caught(mutant.name, mutant.seen_by, seen, time.monotonic() - begun)
