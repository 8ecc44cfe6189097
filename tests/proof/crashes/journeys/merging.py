"""Two cases that are the same are merged, with their followers; and words of a public case are erased."""

from functools import partial

from cases.states import State
from proof.crashes.acting import changed, confirmed, corrected, erased, followed, handed_in
from proof.crashes.journeys.journey import Journey, Step

HOLE, PIT = "Hål i vägen", "Grop i vägen"
BEFORE: tuple[Step, ...] = (
    partial(handed_in, title=HOLE),
    partial(handed_in, title=PIT, by="ombud", group="norrby"),
    partial(corrected, title=HOLE, published=True),
    partial(followed, title=HOLE, email="granne@hemma.example"),
    confirmed,
)
MERGED = Journey(
    "merged, with followers", (partial(changed, title=HOLE, to=State.MERGED, note="Samma hål.", into=PIT),), BEFORE
)
ERASED = Journey("words erased", (partial(erased, title=HOLE, decision="Beslut 12"),), BEFORE[:3])
