"""Counts that a simulation keeps itself, without the database, to be compared with it at the end (recounting.py)."""

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
    "answer": "case.answered", "go_on": "case.answered", "agree_on_contact": "case.planned",
}  # fmt: skip

OF_THE_VILLAGE = {
    "adoptions": "plan.adopted", "carried": "case.carried", "left_out": "case.dropped_from_plan",
    "anchorings": "plan.anchored", "contacts": "contact.logged", "held": "meeting.held",
    "moved_meetings": "meeting.moved", "cancelled": "meeting.cancelled", "recommended": "case.recommended",
    "adjusted": "minutes.adjusted",
}  # fmt: skip
ALSO_OF_THE_VILLAGE = ("meeting.called", "meeting.agenda_sent", "case.settled_on_agenda")  # not in the report


@dataclass(frozen=True)
class AgendaCount:
    """How many cases stood on the forum's agenda at one meeting, by the reason why."""

    held_on: date
    items: dict[str, int]


@dataclass
class StoryCounts:
    """All counts of one simulation."""

    handed_in: int = 0
    owed: int = 0  # from the first day, by nobody's request
    begun: Counter[str] = field(default_factory=Counter)  # cases that acts of the village began, by their sort
    figures: Counter[str] = field(default_factory=Counter)  # "postponed" items, "minutes_late"
    dissolved: int = 0  # groups
    acts: Counter[str] = field(default_factory=Counter)  # by event type
    kept_days: Counter[tuple[str, bool]] = field(default_factory=Counter)  # finished cases, by unit and whether on time
    rungs: int = 0
    sweeps: int = 0
    refused_acts: int = 0
    left: int = 0
    letters: Counter[str] = field(default_factory=Counter)  # by address
    weeks: Counter[tuple[str, str]] = field(default_factory=Counter)  # by address and ISO week, as "2027-09"
    calls: int = 0
    agendas: list[AgendaCount] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def count_owed(self, groups: int) -> None:
        """Count what the groups of a new town owe, and are owed, from its first day: a plan and a contact each."""
        self.owed += 2 * groups
        self.acts["case.planned"] += 2 * groups  # they are planned in the same act

    def count_letter(self, letter: SimulatedLetter) -> None:
        """Count a letter that the mail server accepted."""
        year, week, _ = local_day(letter.at).isocalendar()
        self.letters[letter.recipient] += 1
        self.weeks[letter.recipient, f"{year}-{week:02}"] += 1
        line = f"{letter.recipient} {letter.at.isoformat()} {letter.sha256} {letter.subject}\n"
        self.digest.update(line.encode())

    @property
    def received(self) -> int:
        """How many cases people, and not the clock, have begun."""
        return self.handed_in + self.owed + self.begun.total()

    def count_act(self, act: str) -> None:
        """Count an act by its name, which is a key of EVENT_OF."""
        self.acts[EVENT_OF[act]] += 1

    def count_finished(self, unit: str, due_at: datetime, at: datetime) -> None:
        """Count a case that a unit finished at `at`; it was due at `due_at`."""
        self.kept_days[unit, at <= due_at] += 1
