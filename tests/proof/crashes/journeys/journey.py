"""A journey: steps, one after the other, each of which can be taken again when a crash left it unanswered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from proof.crashes.house import Process
from proof.crashes.mailboxes import MailboxAbility

Step = Callable[[Process], None]


@dataclass(frozen=True)
class Journey:
    """The `steps` in which crashes are tried, after those of `before`, which another journey tries.

    `sends` says whether there is a mail server, or only the local mailbox; `mailbox` what the server of the mailbox
    can do that is read, None where none is. The short form tries crashes only within the functions `tried_in`, where
    other journeys try the rest; in all when it is empty.
    """

    name: str
    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()
    sends: bool = True
    mailbox: MailboxAbility | None = None
    tried_in: frozenset[str] = frozenset()


def until(moment: datetime) -> Step:
    """Return the step that moves the clock to this moment, and then lets the scheduler start what is due."""

    def pass_time(process: Process) -> None:
        clock = process.world.clock
        clock.now = max(clock.now, moment)
        process.tick()

    return pass_time
