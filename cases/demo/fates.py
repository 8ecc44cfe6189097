"""Fates of the demonstration's cases: what happens to them, step by step, chosen at random for each case.

How likely a fate is depends on the temper of the department that gets the case: prompt, mixed or slow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cases.demo import scene as deeds
from cases.demo.scene import Scene


@dataclass(frozen=True)
class Deed:
    """One step of a fate, the list of what happens to an invented case; the function `act` takes the step.

    The person who is `who` to the case, such as "officer" or "reporter", takes it `least` to `most` working days after
    the step before.
    """

    least: int
    most: int
    who: str  # desk, officer, second, chair, reporter
    act: Callable[[Scene], None]


ASSIGNED = (Deed(0, 1, "desk", deeds.assign),)
DONE = Deed(2, 9, "officer", deeds.finish)

FATES: dict[str, tuple[Deed, ...]] = {
    "prompt": (*ASSIGNED, Deed(1, 4, "officer", deeds.start), Deed(3, 15, "officer", deeds.finish)),
    "planned": (*ASSIGNED, Deed(2, 6, "officer", deeds.plan), Deed(6, 12, "officer", deeds.show_life), DONE),
    "at once": (Deed(0, 1, "desk", deeds.finish),),
    "late": (*ASSIGNED, Deed(3, 8, "officer", deeds.plan), Deed(28, 55, "second", deeds.plan_anew), DONE),
    "slow": (*ASSIGNED, Deed(12, 24, "officer", deeds.start), Deed(15, 45, "officer", deeds.finish)),
    "at the forum": (
        *ASSIGNED, Deed(38, 60, "desk", deeds.settle_agenda), Deed(0, 2, "officer", deeds.plan),
        Deed(8, 14, "officer", deeds.finish),
    ),
    "silent": (*ASSIGNED, Deed(150, 190, "officer", deeds.finish)),
    "parked": (
        Deed(1, 2, "desk", deeds.park), Deed(160, 170, "desk", deeds.assign), Deed(3, 9, "officer", deeds.finish),
    ),
    "sent back": (
        Deed(0, 1, "desk", deeds.assign_wrongly), Deed(1, 5, "wrong", deeds.send_back),
        Deed(0, 2, "desk", deeds.assign), Deed(2, 5, "officer", deeds.start), Deed(5, 20, "officer", deeds.finish),
    ),
    "asked": (
        *ASSIGNED, Deed(1, 5, "officer", deeds.ask), Deed(1, 9, "reporter", deeds.answer),
        Deed(2, 6, "officer", deeds.start), Deed(4, 15, "officer", deeds.finish),
    ),
    "outside": (
        *ASSIGNED, Deed(2, 6, "officer", deeds.start), Deed(1, 4, "officer", deeds.wait_outside),
        Deed(20, 45, "officer", deeds.go_on), Deed(3, 12, "officer", deeds.finish),
    ),
    "declined": (Deed(1, 3, "desk", deeds.decline),),
    "contested": (
        *ASSIGNED, Deed(1, 4, "officer", deeds.start), Deed(3, 12, "officer", deeds.finish),
        Deed(2, 7, "reporter", deeds.contest), Deed(1, 6, "officer", deeds.start),
        Deed(2, 10, "officer", deeds.finish_again),
    ),
    "twin": (Deed(1, 2, "desk", deeds.merge),),
    "proposal": (
        Deed(8, 20, "desk", deeds.raise_in_council), Deed(1, 3, "desk", deeds.assign),
        Deed(4, 8, "officer", deeds.start), Deed(20, 35, "officer", deeds.show_life),
        Deed(20, 35, "officer", deeds.wait_for_forum),
        Deed(20, 38, "officer", deeds.go_on), Deed(10, 20, "officer", deeds.wait_for_council),
        Deed(30, 55, "officer", deeds.go_on), Deed(2, 8, "officer", deeds.finish),
    ),
    "own work": (*ASSIGNED, Deed(4, 15, "chair", deeds.plan), Deed(10, 30, "chair", deeds.finish)),
    "duty": (Deed(30, 120, "chair", deeds.finish),),
}  # fmt: skip

# The weight of each fate, by the temper of the department that gets the case.
TEMPERS: dict[str, dict[str, int]] = {
    "prompt": {
        "prompt": 34, "planned": 26, "at once": 5, "late": 4, "asked": 8, "sent back": 4, "declined": 6,
        "contested": 7, "outside": 4, "parked": 3, "twin": 4,
    },
    "mixed": {
        "prompt": 16, "planned": 24, "late": 12, "slow": 14, "asked": 6, "sent back": 6, "declined": 8,
        "contested": 5, "outside": 6, "parked": 5, "at the forum": 2, "twin": 3,
    },
    "slow": {
        "planned": 10, "late": 16, "slow": 24, "at the forum": 10, "silent": 7, "parked": 9, "outside": 10,
        "declined": 6, "sent back": 5, "contested": 3,
    },
}  # fmt: skip
TEMPER_OF = {
    "gata": "prompt", "miljo": "prompt", "kultur": "prompt", "utbildning": "mixed", "omsorg": "mixed", "desk": "mixed",
    "samhallsbyggnad": "slow", "naringsliv": "slow",
}  # fmt: skip
