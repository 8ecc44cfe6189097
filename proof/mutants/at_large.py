"""Mutants at large: the ones that show best among real processes, which are killed and stopped while clients work."""

import time
from dataclasses import dataclass

from proof.chaos.ground import Ground
from proof.chaos.running import run
from proof.mutants import seams
from proof.mutants.mutant import Caught
from proof.mutants.seams import Seam


@dataclass(frozen=True)
class AtLarge:
    """One house of real processes that is broken on purpose, and the invariant that must notice."""

    name: str
    seam: Seam
    seen_by: str


AT_LARGE = (
    AtLarge("naive relay, at large", seams.work_is_done_when_it_is_taken, "I6"),
    AtLarge("no lease, at large", seams.no_lease, "I10"),
    AtLarge("sent before DATA, at large", seams.sent_before_data, "I8"),
    AtLarge("no cap, at large", seams.no_depth_cap, "I17"),
)


def let_loose(mutant: AtLarge, ground: Ground, seconds: float, seed: int) -> Caught:
    """Let the mutant live through so many seconds of faults, by the schedule of this seed."""
    begun = time.monotonic()
    outcome = run(ground, seconds, seed, launcher=("proof.chaos.broken", mutant.seam.__name__))
    seen = tuple(dict.fromkeys(breach.invariant for breach in outcome.breaches))
    return Caught(mutant.name, frozenset({mutant.seen_by}), seen, time.monotonic() - begun)
