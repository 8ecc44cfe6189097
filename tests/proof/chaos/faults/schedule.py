"""The schedule of faults: which strike, when and for how long. The same seed and length give the same schedule."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from notifications.sending.accepted_letters import MOST_UNRECORDED
from proof.chaos.faults import mailbox, poison, processes, servers
from proof.chaos.faults.fault import Fault
from proof.chaos.faults.processes import killed, stopped, wrong_clock
from proof.chaos.faults.servers import mood

BREATH = 3.0  # seconds between two faults of one part, in which Ventil must recover
LONG, SLOWEST = 2.0, 4.0

IN_FLIGHT = processes.THREADS * MOST_UNRECORDED
PAST_THE_LEASE = (23.0, 26.0)
OF_THE_MAILBOX: Mapping[str, Fault] = {
    "mailbox away": Fault(mailbox.mailbox_away, "mailbox", (5.0, 12.0), far_from_letters=True),
    "mailbox hangs": Fault(mailbox.mailbox_hangs, "mailbox", (3.0, 9.0), far_from_letters=True),
    "mailbox connections cut": Fault(mailbox.mailbox_cut, "mailbox", (2.0, 5.0), far_from_letters=True),
}
OF_MANY_PROCESSES: Mapping[str, Fault] = {
    "kill web": Fault(killed("web"), "web"),
    "kill relay": Fault(killed("relay"), "relay"),
    "kill worker": Fault(killed("worker"), "worker", doubles=IN_FLIGHT),
    "kill clock": Fault(killed("clock"), "clock"),
    "kill who sweeps": Fault(processes.sweeper_killed, "clock", doubles=2 * IN_FLIGHT),
    "kill a child of web": Fault(processes.child_killed, "web"),
    "roll out": Fault(processes.rolled, "all"),
    "stop web": Fault(stopped("web"), "web", (4.0, 8.0)),
    "stop relay past its lease": Fault(stopped("relay"), "relay", PAST_THE_LEASE),
    "stop worker past its lease": Fault(stopped("worker"), "worker", PAST_THE_LEASE, doubles=IN_FLIGHT),
    "stop clock": Fault(stopped("clock"), "clock", (4.0, 8.0)),
    "web two minutes ahead": Fault(wrong_clock("web", 120), "web", (4.0, 8.0)),
    "clock two minutes behind": Fault(wrong_clock("clock", -120), "clock", (4.0, 8.0)),
    "clock ten minutes ahead": Fault(wrong_clock("clock", 600), "clock", (4.0, 8.0)),
    "database connections cut": Fault(servers.backends_terminated, "database"),
    "database crashes": Fault(servers.database_crashed, "database", (0.5, 2.0), doubles=2 * IN_FLIGHT),
    "redis emptied": Fault(servers.redis_emptied, "redis"),
    "redis killed": Fault(servers.redis_killed, "redis", (1.0, 4.0)),
    "redis stopped": Fault(servers.redis_stopped, "redis", (6.0, 8.0)),
    "mail server away": Fault(mood("refuse"), "mail", (1.0, 4.0)),
    "mail server says not now": Fault(mood("451"), "mail", (2.0, 4.0)),
    "mail server says never to some": Fault(mood("550 for some"), "mail", (2.0, 3.0)),
    "mail server hangs": Fault(mood("hang"), "mail", (2.0, 5.0)),
    "mail server drops the line after the dot": Fault(mood("drop"), "mail", (1.0, 2.0)),
    "undecodable messages": Fault(poison.undecodable_messages, "redis"),
    "an event of a newer version": Fault(poison.unknown_event, "event", (5.0, 9.0)),
    **OF_THE_MAILBOX,
}
ONLY_AT_LENGTH: Mapping[str, Fault] = {
    "a letter that kills": Fault(poison.killing_letter, "worker", (140.0, 150.0), doubles=10 * IN_FLIGHT),
}
OF_ONE_PROCESS: Mapping[str, Fault] = {
    "kill it": Fault(killed("up"), "process", doubles=IN_FLIGHT),
    "roll out": Fault(processes.rolled, "process"),
    "stop it": Fault(stopped("up"), "process", (3.0, 6.0)),
    "disk full": Fault(processes.disk_full, "process", (1.0, 3.0)),
    "two minutes behind": Fault(wrong_clock("up", -120), "process", (4.0, 8.0)),
    **{name: OF_MANY_PROCESSES[name] for name in OF_MANY_PROCESSES if name.startswith("mail server")},
    **OF_THE_MAILBOX,
}
ONLY_AT_LENGTH_OF_ONE: Mapping[str, Fault] = {  # what it plans while it is ahead waits so long when it is right again
    "two minutes ahead": Fault(wrong_clock("up", 120), "process", (4.0, 8.0)),
}


@dataclass(frozen=True)
class Planned:
    """One fault of a run: when it begins (seconds after the start), how many seconds it lasts, and whom it strikes."""

    at: float
    name: str
    lasts: float
    which: int

    @property
    def ends(self) -> float:
        """When it is put right, seconds after the start."""
        return self.at + self.lasts

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.name}" + (f" for {self.lasts:.1f} s" if self.lasts else "")


def schedule(deck: Mapping[str, Fault], seconds: float, seed: int) -> list[Planned]:
    """Return the faults of a run in the order of their times; all have ended after so many seconds.

    Each kind comes once before any comes twice. Two faults of one part never overlap; any others may.
    """
    dice = random.Random(f"schedule/{seed}")
    gap = min(0.75 * seconds / (len(deck) + 1), SLOWEST)
    free: dict[str, float] = {}
    planned, at = [], gap
    for name in _dealt(deck, dice):
        fault, at = deck[name], at + dice.uniform(0.5, 1.5) * gap
        if at > seconds:
            break
        begins, lasts = max(at, free.get(fault.part, 0.0)), dice.uniform(*fault.lasts)
        if begins + lasts <= seconds:
            planned.append(Planned(round(begins, 2), name, round(lasts, 2), dice.randrange(8)))
            free[fault.part] = begins + lasts + BREATH
    return sorted(planned, key=lambda one: one.at)


def _dealt(deck: Mapping[str, Fault], dice: random.Random) -> Iterator[str]:
    """Yield the names of the deck again and again, each round shuffled, with the long faults first."""
    while deck:
        names = sorted(deck)
        dice.shuffle(names)
        yield from sorted(names, key=lambda name: deck[name].lasts[0] < LONG)
