"""Running: years of the real domain, the real wire and the real letters in one process, from moment to moment."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import text

from cases.access.actors import A_COMMAND
from cases.calendar import add_months
from cases.ladder.overdue import sweep
from notifications.calls import tick_off, to_ring
from notifications.set_aside import send_again
from proof.simulation import second_calendar
from proof.simulation.agenda import Agenda, Happening
from proof.simulation.breaches import Breaches
from proof.simulation.counting import Stood, StoryCounts
from proof.simulation.house import SimulatedHouse
from proof.simulation.outages import Outage, Weather
from proof.simulation.people import People
from proof.simulation.post import SimulatedLetter
from proof.simulation.scenario import Scenario
from proof.simulation.speed import Speed
from proof.simulation.town import SimulatedTown
from proof.simulation.watching import Watch
from workers.jobs.morning_letter import write_morning_letter
from workers.relay.draining import drain_deliveries, drain_outbox

NEXT_CLOCK = timedelta(seconds=20)
A_DAY, LATER = timedelta(days=1), timedelta(minutes=31)
MOST_ROUNDS = 20
ON_AGENDA = text("""
    SELECT c.ref, a.why FROM agenda_item a JOIN "case" c ON c.id = a.case_id
    WHERE a.settled_at IS NULL ORDER BY a.id""")
ASIDE = text("""
    SELECT d.id FROM delivery d JOIN address a ON a.id = d.address_id
    WHERE d.outcome = 'set_aside' AND a.email_normalised = :email ORDER BY d.id""")


@dataclass(frozen=True)
class SimulationOrder:
    """What is to be played: which scenario, for how many months, how many cases, by which dice."""

    scenario: Scenario
    months: int
    seed: int
    cases: int | None = None

    @property
    def first(self) -> date:
        """The first day."""
        return self.scenario.begins

    @property
    def last(self) -> date:
        """The day after the last."""
        return add_months(self.first, self.months)

    @property
    def count(self) -> int:
        """How many cases come in."""
        return self.cases if self.cases is not None else round(self.months * self.scenario.cases_per_month)


@dataclass
class Simulation:
    """One run, in a house that is open."""

    order: SimulationOrder
    house: SimulatedHouse
    town: SimulatedTown
    people: People
    agenda: Agenda
    counts: StoryCounts
    breaches: Breaches
    watch: Watch
    weather: Weather
    speed: Speed
    swept: datetime | None = None
    _written: bool = True  # something may be left for the wire
    _after: Counter[tuple[Outage, str]] = field(default_factory=Counter)  # letters on the day after an outage

    def run(self, end: datetime) -> None:
        """Play everything that is planned, and what follows from it, to the end."""
        for moment, happening in self.agenda.until(end):
            self.house.clock.now = max(moment, self.house.clock.now)
            happening()
        self.house.clock.now = end

    # --- what happens ------------------------------------------------------------------------

    def by_people(self, happening: Happening) -> None:
        """Let people do something; while everything is down they come back when it is up again."""
        now = self.house.clock.now
        down = self.weather.down(now, "everything")
        if down is not None:
            self.agenda.plan(down.ends + (now - down.begins) / 100, partial(self.by_people, happening))
            return
        happening()
        self._written = True

    def took(self, letter: SimulatedLetter) -> None:
        """Hear of a letter that the post took: it is counted, looked at, and read."""
        self.counts.took(letter)
        self.watch.took(letter, self.town.left)
        over = self.weather.just_over(letter.at, A_DAY)
        if over is not None:
            self._after[over, letter.recipient] += 1
        self.people.read(letter)

    def after_outages(self) -> dict[Outage, int]:
        """Give for each outage the most letters that anybody got on the day after it."""
        most = dict.fromkeys(self.weather.outages, 0)
        for (outage, _), count in self._after.items():
            most[outage] = max(most[outage], count)
        return most

    def tick(self) -> None:
        """Let every clock sweep, one a little after the other."""
        if self.weather.down(self.house.clock.now, "everything", "clock"):
            self.swept = None
            return
        year, fired = self.house.clock.now.year, 0
        for number in range(self.order.scenario.clocks):
            self.swept = self.house.clock.now
            begun = time.process_time()
            rungs = sweep(self.house.database, now=self.swept)
            if number == 0:
                self.speed.ticked(year, time.process_time() - begun, rungs)
            fired += rungs
            self.house.clock.now += NEXT_CLOCK
        self.counts.rungs += fired
        self.counts.ticks += 1
        self._written = self._written or fired > 0

    def round(self) -> None:
        """Let relay and worker do what is to be done, as the weather allows."""
        now, mood = self.house.clock.now, self.house.post.mood
        if self.weather.down(now, "everything", "clock") or not self._written:
            return
        mood.is_there = self.weather.down(now, "mail") is None
        mood.says_later = self.weather.down(now, "grey") is not None
        turned_away = self.house.post.turned_away
        drain_outbox(self.house.database)
        drain_deliveries(self.house.database, self.house.workplace.transport)
        self._written = self.house.post.turned_away != turned_away

    def look(self) -> None:
        """Look whether the invariants hold."""
        with self.house.database.reading() as session:
            self.watch.look(session.connection(), self.swept)

    def write_morning_letter(self) -> None:
        """Let the desk have its morning letter, with the real check for what is forgotten."""
        if not self.weather.down(self.house.clock.now, "everything", "clock"):
            write_morning_letter(self.house.workplace)
            self._written = True

    def ring(self) -> None:
        """Let the contact person ring those whom no mail reaches."""
        if not self.town.contacts:
            return
        with self.house.database.transaction() as session:
            by = self.people.actor(session, self.town.contacts[0])
            for call in to_ring(session):
                tick_off(session, call.delivery_id, by=by, at=self.house.clock.now)
                self.counts.calls += 1

    def settle(self) -> None:
        """Let the wire come to rest: what is to be tried again later is tried again."""
        for _ in range(MOST_ROUNDS):
            self.round()
            if not self._written:
                return
            self.house.clock.now += LATER

    def meet(self) -> None:
        """Let the forum go through its agenda: what waits for it is answered, what is overdue is pressed."""
        with self.house.database.reading() as session:
            items = [(row.ref, row.why) for row in session.execute(ON_AGENDA)]
        why = [why for _, why in items]
        day = second_calendar.local_day(self.house.clock.now)
        self.counts.agendas.append(Stood(day, {name: why.count(name) for name in sorted(set(why))}))
        for ref, reason in items:
            if reason == "waits":
                self.people.answer_at_forum(ref)
            else:
                errand = self.people.errands[ref]
                self.people.press(errand, self.town.temper_of(errand.unit).heeds_others)

    def mend_mailbox(self, email: str) -> None:
        """Let the mailbox take letters again, and an admin send what was set aside once more."""
        self.house.post.mood.bouncing.discard(email)
        with self.house.database.transaction() as session:
            for (number,) in session.execute(ASIDE, {"email": email}).all():
                send_again(session, "delivery", number, by=A_COMMAND, at=self.house.clock.now)
