"""What a fault is, and what it acts upon."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import ChaosHouse, Member
from proof.checker import Window


@dataclass
class FaultScene:
    """What faults act upon, and what they leave behind. `stopped` are times in which nothing could be written."""

    ground: ChaosGround
    house: ChaosHouse
    database_url: str
    webs: tuple[str, ...]
    contact: str  # a token that acts as the contact person
    stopped: list[Window] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def redis_url(self) -> str | None:
        """The broker's address; None where it is in the process."""
        return self.house.environment.get("VENTIL_REDIS_URL")


Act = Callable[[FaultScene, int], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `part` is what it breaks: two faults of one part never overlap.

    `lasts` is from and to, in seconds. `doubles` is how many letters it may cause to be sent twice: those that the
    mail server has and we have not recorded.
    """

    act: Act
    part: str
    lasts: tuple[float, float] = (0.0, 0.0)
    doubles: int = 0


def nth_member(scene: FaultScene, kind: str, which: int) -> Member:
    members = scene.house.of_kind(kind)
    return members[which % len(members)]
