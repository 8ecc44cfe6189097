"""What a fault is, and what it strikes."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from support.servers.dovecot import TestMailbox

from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import ChaosHouse, Member
from proof.checker import Window


@dataclass
class FaultScene:
    """The installation that faults strike, and what they leave behind.

    `stopped` are the times in which nothing could be written; `complaints` become breaches of the run.
    """

    ground: ChaosGround
    house: ChaosHouse
    database_url: str
    webs: tuple[str, ...]
    contact: str  # a token that acts as the contact person
    mailbox: TestMailbox  # that the house reads
    stopped: list[Window] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def redis_url(self) -> str | None:
        """The URL of Redis; None where the broker is in the process."""
        return self.house.environment.get("VENTIL_REDIS_URL")


# A block that makes the fault and, at its end, puts it right. The number chooses among processes of a kind.
Act = Callable[[FaultScene, int], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `part` names what it breaks: two faults of the same part never overlap.

    `lasts` is the shortest and the longest time, in seconds. `doubles` is how many letters it may cause to be sent
    twice: those that the mail server has accepted and Ventil has not yet recorded as sent. One that is
    `far_from_letters` excuses none, also none that another fault may have caused.
    """

    act: Act
    part: str
    lasts: tuple[float, float] = (0.0, 0.0)
    doubles: int = 0
    far_from_letters: bool = False


def nth_member(scene: FaultScene, kind: str, which: int) -> Member:
    """Return one process of a kind, the same one for the same number."""
    members = scene.house.of_kind(kind)
    return members[which % len(members)]
