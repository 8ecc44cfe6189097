"""What an act of the village must have led to, as it is worked out from the cases as they were before it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from random import Random

from cases.demo.scene import Scene
from cases.states import State
from proof.simulation.people.town import SimulatedTown


class BegunSort(StrEnum):
    """What a case that an act began is: an item of a plan, a question of a contact, or what a meeting owes."""

    ITEM = "items"
    QUESTION = "questions"
    MEETING = "meetings"


@dataclass(frozen=True)
class BegunCase:
    """A case that an act of the village began: who will do the work, who has it now, and the note when it is done."""

    ref: str
    unit: str
    holder: str
    state: State
    done: str
    sort: BegunSort = BegunSort.QUESTION


@dataclass(frozen=True)
class CalledMeeting:
    """A meeting that was called: its number and its local day."""

    number: int
    held_on: date


@dataclass
class VillageOutcome:
    """What an act must have led to: events by their type, new cases, and cases that went back to the desk.

    `figures` are counts that no type of event gives.
    """

    events: Counter[str] = field(default_factory=Counter)
    begun: list[BegunCase] = field(default_factory=list)
    to_the_desk: list[str] = field(default_factory=list)
    called: list[CalledMeeting] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    has_finished: bool = False  # the case by which it was owed


VillageAct = Callable[[Scene, SimulatedTown], VillageOutcome]


def happens(chance: Random, share: float) -> bool:
    """Return whether something happens that happens in this share of all times."""
    return chance.random() < share
