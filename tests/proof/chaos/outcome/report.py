"""The report of a run, as text and as JSON: calls, breaches, faults, and what was measured."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from proof.chaos.outcome.ending import ends_within
from proof.chaos.outcome.mails import MailFigures
from proof.chaos.outcome.watching import Samples
from proof.checker import InvariantBreach, Restart
from proof.checker.evidence.journal import ANSWERED, ASKED, calls_in

LOST, INVENTED, ORDER = "I1", "I2", "I11"


@dataclass(frozen=True)
class CallFigures:
    """The clients' journal in figures; times in milliseconds, from asked to answered."""

    made: int
    accepted: int
    refused: int
    unanswered: int
    crashed: int  # answered 500: an error that is not handled
    unavailable: float  # the share that was answered 503
    p50: float
    p99: float


@dataclass
class ChaosOutcome:
    """What came of one run. It `holds` when no invariant is broken."""

    house: str
    seed: int
    seconds: float
    faults: Counter[str] = field(default_factory=Counter)
    calls: CallFigures = field(default_factory=lambda: CallFigures(0, 0, 0, 0, 0, 0.0, 0.0, 0.0))
    mails: MailFigures = field(default_factory=MailFigures)
    breaches: list[InvariantBreach] = field(default_factory=list)
    not_made: list[str] = field(default_factory=list)  # faults that could not be made
    doubles: int = 0
    doubles_at_most: int = 0
    drained_after: float | None = None  # seconds; None when it was not drained in time
    restart: Restart = field(default_factory=lambda: Restart("", 0, 0))
    ended_by_themselves: dict[str, list[int]] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    took: float = 0.0  # seconds, from the first process to the last check

    @property
    def holds(self) -> bool:
        """Whether every invariant held."""
        return not self.breaches

    def count(self, invariant: str) -> int:
        """Count the breaches of one invariant."""
        return sum(breach.invariant == invariant for breach in self.breaches)

    def lines(self) -> Iterator[str]:
        """Return the report, line by line."""
        yield f"chaos: {self.house}, {self.seconds:.0f} s, seed {self.seed}, {self.faults.total()} faults"
        for name, value in self.figures().items():
            yield f"  {name:<32} {value}"
        yield from (f"  {count:>3} x {name}" for name, count in sorted(self.faults.items()))
        yield from (f"  not made: {trouble}" for trouble in self.not_made)
        yield from (f"BREACH {breach}" for breach in self.breaches)
        yield "everything held" if self.holds else f"{len(self.breaches)} breaches"

    def figures(self) -> dict[str, str]:
        """Return the figures at the top of the report, by what each is called there."""
        calls, drained = self.calls, self.drained_after
        return {
            "accepted": f"{calls.accepted} of {calls.made} calls",
            "lost": str(self.count(LOST)),
            "invented": str(self.count(INVENTED)),
            "letters": str(self.restart.before),
            "doubles": f"{self.doubles}, at most {self.doubles_at_most} were in flight",
            "mails": str(self.mails),
            "out of order": str(self.count(ORDER)),
            "drained after": "never" if drained is None else f"{drained:.1f} s",
            "answered within": f"{calls.p50:.0f} ms (half), {calls.p99:.0f} ms (99 of 100)",
            "answered 503": f"{calls.unavailable:.1%}",
            "answered 500": str(calls.crashed),
            "refused": str(calls.refused),
            "unanswered": str(calls.unanswered),
            "broker depth": f"{max(self.samples.depth, default=0)} at most",
            "longest silence of the clock": f"{max(self.samples.silence, default=0)} s",
            "memory": _most(self.samples.megabytes, " MB"),
            "open files": _most(self.samples.handles, ""),
            "ended by themselves": ", ".join(f"{name} {codes}" for name, codes in self.ended_by_themselves.items()),
            "sent again after wipe and restart": str(self.restart.after - self.restart.before),
            "the whole run took": f"{self.took:.0f} s, at most {ends_within(self.seconds):.0f}",
        }

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it; of the samples only the largest."""
        told = {
            name: value
            for name, value in vars(self).items()
            if name not in {"samples", "breaches", "calls", "mails", "restart"}
        }
        most = {name: {kind: max(values) for kind, values in of.items()} for name, of in self._samples().items()}
        breaches = [str(breach) for breach in self.breaches]
        return told | {
            "calls": asdict(self.calls),
            "mails": asdict(self.mails),
            "restart": asdict(self.restart),
            "breaches": breaches,
            "holds": self.holds,
            "most": most,
        }

    def _samples(self) -> dict[str, dict[str, list[int]]]:
        depth = {"broker": self.samples.depth} if self.samples.depth else {}
        silence = {"sweeps": self.samples.silence} if self.samples.silence else {}
        return {
            "megabytes": self.samples.megabytes,
            "handles": self.samples.handles,
            "depth": depth,
            "silence": silence,
        }


def calls_of(journal: Path) -> CallFigures:
    """Return the figures of a journal file."""
    asked, times, answers = {}, [], Counter[int]()
    for call in calls_in(journal):
        if call.step == ASKED:
            asked[call.number] = call.at
        elif call.step == ANSWERED and call.status is not None:
            answers[call.status] += 1
            times.append((call.at - asked[call.number]).total_seconds() * 1000)
    times.sort()
    answered = sum(answers.values())
    return CallFigures(
        made=len(asked),
        accepted=sum(count for status, count in answers.items() if status < 300),
        refused=sum(count for status, count in answers.items() if 400 <= status < 500),
        unanswered=len(asked) - answered,
        crashed=answers[500],
        unavailable=answers[503] / max(len(asked), 1),
        p50=_share(times, 0.5),
        p99=_share(times, 0.99),
    )


def _share(times: list[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)] if times else 0.0


def _most(samples: dict[str, list[int]], unit: str) -> str:
    return ", ".join(f"{kind} {max(values)}{unit}" for kind, values in sorted(samples.items()))
