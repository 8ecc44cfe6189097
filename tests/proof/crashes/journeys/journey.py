"""A journey: steps, one after the other, each of which can be tried again when nobody heard its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from proof.crashes.house import Process

Step = Callable[[Process], None]


@dataclass(frozen=True)
class Journey:
    """Steps in a furnished house, in each of which it dies; `before` are those in which it does not, having done so
    in another journey. `sends` says whether there is a mail server, or only the local mailbox.
    """

    name: str
    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()
    sends: bool = True


def until(moment: datetime) -> Step:
    """Give the step that lets time pass until this moment, at which the clock looks."""

    def pass_time(process: Process) -> None:
        clock = process.world.clock
        clock.now = max(clock.now, moment)
        process.tick()

    return pass_time
