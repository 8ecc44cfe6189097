"""The story of the demonstration: it plays the days of an invented municipality one by one, under a moving clock.

Everything happens through the same functions as in a real municipality.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from sqlalchemy import select

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.calendar import Calendar
from cases.case import case_to_change
from cases.database.transactions import Database
from cases.demo import scene as deeds
from cases.demo.fates import FATES, TEMPER_OF, TEMPERS, Deed
from cases.demo.moving_clock import MovingClock
from cases.demo.questions import Arrival, Questions
from cases.demo.scene import Scene, Tale
from cases.demo.villages.contacts import keep_in_touch
from cases.demo.villages.registers import note_who_decides
from cases.demo.villages.years import VillageYears
from cases.handing_in import hand_in
from cases.ladder.sweep import sweep
from cases.organisation.people import Person
from cases.refusals import Refusal
from cases.states import Kind

SWEEP_AT, DAY_BEGINS = time(7, 1), time(8)
WORKING_MINUTES = 8 * 60
PUBLISHED, EASY = 0.6, 0.15
RECENT = 25
Plot = tuple[datetime, int, Tale, tuple[Deed, ...]]


@dataclass
class Story:
    """Plays the demonstration: hands in invented cases and takes their steps, day by day, by the clock `clock`.

    `chance` is its seeded random generator; `send_letters` is called each evening. `refused` counts the steps that
    could not be taken, because a rule did not allow them.
    """

    database: Database
    clock: MovingClock
    chance: Random
    send_letters: Callable[[Database], None]
    refused: int = 0
    _plots: list[Plot] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)
    _recent: deque[str] = field(default_factory=lambda: deque(maxlen=RECENT))

    def run(self, questions: Questions, villages: VillageYears, first: date, end: datetime) -> None:
        """Play every day from the local day `first` until the moment `end` (UTC).

        On each day: sweep, let the villages live, note who decides, hand in the requests that `questions` makes up,
        take the steps of the cases' fates that are due on this day, send letters.
        """
        day = first
        while day <= self._calendar.day_of(end):
            self._sweep(day, end)
            villages.live(day, end)
            if self._calendar.is_working_day(day):
                keep_in_touch(self.database, self.clock, day, end)
                note_who_decides(self.database, self.clock, day, end)
                for arrival in questions.of(day, self.chance):
                    self._receive(arrival, self._moment(day))
            self._play_until(min(self._calendar.moment_of(day, time(20)), end))
            self.send_letters(self.database)
            day += timedelta(days=1)

    @property
    def _calendar(self) -> Calendar:
        return self.database.calendar

    def _sweep(self, day: date, end: datetime) -> None:
        moment = self._calendar.moment_of(day, SWEEP_AT)
        if moment <= end:
            self.clock.now = moment
            sweep(self.database, now=moment)

    def _receive(self, arrival: Arrival, at: datetime) -> None:
        self.clock.now = at
        with self.database.transaction() as session:
            person = session.scalar(select(Person.id).where(Person.email == arrival.by)) if arrival.by else None
            by = actor_for(session, person, on=self._calendar.day_of(at)) if person else A_VISITOR
            case = hand_in(session, arrival.request, by=by or A_VISITOR, at=at)
        tale = Tale(case.ref, arrival.unit, arrival.done, self.chance)
        tale.facts["chair"] = arrival.chair
        self._plot(tale, at, self._fate(arrival, tale))
        self._recent.append(case.ref)

    def _fate(self, arrival: Arrival, tale: Tale) -> tuple[Deed, ...]:
        if arrival.request.kind is not Kind.ISSUE:
            return FATES[OWN_FATE[arrival.request.kind]]
        temper = TEMPERS[TEMPER_OF.get(arrival.unit, "mixed")]
        name = self.chance.choices(list(temper), list(temper.values()))[0]
        if name == "twin":
            tale.twin = self.chance.choice(list(self._recent)) if self._recent else None
            name = "twin" if tale.twin else "prompt"
        extras = [Deed(0, 0, "desk", deeds.call_it_easy)] if self.chance.random() < EASY else []
        if self.chance.random() < PUBLISHED:
            extras.append(Deed(0, 1, "desk", deeds.publish))
        return (*extras, *FATES[name])

    def _plot(self, tale: Tale, after: datetime, rest: tuple[Deed, ...]) -> None:
        if not rest:
            return
        today = self._calendar.day_of(after)
        days = self.chance.randint(rest[0].least, rest[0].most)
        day = self._calendar.add_working_days(today, days) if days else today
        moment = self._moment(day)
        if moment <= after:
            moment = after + timedelta(minutes=self.chance.randint(4, 50))
        heapq.heappush(self._plots, (moment, next(self._numbers), tale, rest))

    def _play_until(self, end: datetime) -> None:
        while self._plots and self._plots[0][0] <= end:
            moment, _, tale, rest = heapq.heappop(self._plots)
            self.clock.now = moment
            try:
                self._play(tale, rest[0], moment)
            except Refusal:
                self.refused += 1
            self._plot(tale, moment, rest[1:])

    def _play(self, tale: Tale, deed: Deed, at: datetime) -> None:
        with self.database.transaction() as session:
            case = case_to_change(session, tale.ref)
            if deed.who == "reporter" and case.group_id is None:
                by: Actor | None = reporter_of(case)
            else:
                email = WHOSE_ADDRESS[deed.who](tale, case.responsible.slug)
                person = session.scalars(select(Person.id).where(Person.email == email)).one()
                by = actor_for(session, person, on=self._calendar.day_of(at))
            deed.act(Scene(session, case, tale, by or A_VISITOR, at))

    def _moment(self, day: date) -> datetime:
        minutes = self.chance.randrange(WORKING_MINUTES)
        return self._calendar.moment_of(day, DAY_BEGINS) + timedelta(minutes=minutes)


OWN_FATE = {
    Kind.PROPOSAL: "proposal", Kind.ACTION: "own work", Kind.DUTY: "duty", Kind.APPLICATION: "planned",
}  # fmt: skip
DOMAIN = "tallvinda.example"
WHOSE_ADDRESS: dict[str, Callable[[Tale, str], str]] = {
    "desk": lambda tale, unit: f"kontakt@{DOMAIN}",
    "officer": lambda tale, unit: f"kontakt@{DOMAIN}" if unit == "desk" else f"handlaggare.{unit}@{DOMAIN}",
    "second": lambda tale, unit: f"kontakt@{DOMAIN}" if unit == "desk" else f"handlaggare2.{unit}@{DOMAIN}",
    "wrong": lambda tale, unit: f"handlaggare.{unit}@{DOMAIN}",
    "chair": lambda tale, unit: str(tale.facts["chair"]),
    "reporter": lambda tale, unit: str(tale.facts["chair"]),
}
