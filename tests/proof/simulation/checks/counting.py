"""Counting: what the story itself saw and did, noted beside it; the database is asked only when all is over."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from proof.simulation.environment.post import SimulatedLetter
from proof.simulation.second_calendar import local_day

EVENT_OF = {
    "assign": "case.assigned", "assign_elsewhere": "case.assigned", "send_back": "case.sent_back",
    "plan": "case.planned", "plan_anew": "case.planned", "start": "case.started", "show_life": "case.commented",
    "finish": "case.done", "contest": "case.contested", "park": "case.parked", "decline": "case.declined",
    "merge": "case.merged", "ask": "case.waiting", "wait_outside": "case.waiting", "wait_for_forum": "case.waiting",
    "answer": "case.answered", "go_on": "case.answered",
}  # fmt: skip


@dataclass(frozen=True)
class Stood:
    """What stood on the agenda of one meeting, by why."""

    held_on: date
    items: dict[str, int]


@dataclass
class StoryCounts:
    """Numbers of the story's own."""

    handed_in: int = 0
    acts: Counter[str] = field(default_factory=Counter)  # by event type
    kept_days: Counter[tuple[str, bool]] = field(default_factory=Counter)  # finished: by unit, and whether on time
    rungs: int = 0
    ticks: int = 0
    refused_acts: int = 0
    left: int = 0
    letters: Counter[str] = field(default_factory=Counter)  # by address
    weeks: Counter[tuple[str, str]] = field(default_factory=Counter)  # by address and week
    calls: int = 0
    agendas: list[Stood] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def took(self, letter: SimulatedLetter) -> None:
        """Note a letter that the post took."""
        year, week, _ = local_day(letter.at).isocalendar()
        self.letters[letter.recipient] += 1
        self.weeks[letter.recipient, f"{year}-{week:02}"] += 1
        told = f"{letter.recipient} {letter.at.isoformat()} {letter.sha256} {letter.subject}\n"
        self.digest.update(told.encode())

    def did(self, deed: str) -> None:
        """Note that somebody did this."""
        self.acts[EVENT_OF[deed]] += 1

    def finished(self, unit: str, due_at: datetime, at: datetime) -> None:
        """Note that a unit finished a case that was due at `due_at`."""
        self.kept_days[unit, at <= due_at] += 1
