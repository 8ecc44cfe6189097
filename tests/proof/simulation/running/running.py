"""Run a simulation: the real domain, outbox and letters in one process, under a clock that jumps between moments."""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import text

from cases.access.actors import A_COMMAND
from cases.calendar import add_months
from cases.ladder.sweep import sweep
from cases.satisfaction.asking_once import ask_how_it_went
from notifications.set_aside import send_again
from notifications.telephone.calls import tick_off, to_ring
from proof.simulation.checks.breaches import Breaches
from proof.simulation.checks.counting import StoryCounts
from proof.simulation.checks.village import VillageWatch
from proof.simulation.checks.watching import Watch
from proof.simulation.environment.agenda import Callback, CallbackQueue
from proof.simulation.environment.outages import Outage, OutagePlan
from proof.simulation.environment.post import SimulatedLetter
from proof.simulation.people.people import People
from proof.simulation.people.town import SimulatedTown
from proof.simulation.running.house import SimulatedInstallation
from proof.simulation.running.speed import Speed
from proof.simulation.scenario.scenario import Scenario
from workers.jobs.morning_letter import write_morning_letter
from workers.relay.draining import drain_deliveries, drain_outbox

BETWEEN_CLOCKS = timedelta(seconds=20)
ONE_DAY, RETRY_AFTER = timedelta(days=1), timedelta(minutes=31)
MOST_ROUNDS = 20
ASIDE = text("""
    SELECT d.id FROM delivery d JOIN address a ON a.id = d.address_id
    WHERE d.outcome = 'set_aside' AND a.email_normalised = :email ORDER BY d.id""")
HELD_AND_DUE = text("""
    SELECT id FROM delivery WHERE held_for IS NOT NULL AND outcome = 'waiting' AND next_attempt_at <= :now LIMIT 1""")
UNTOLD = text("SELECT id FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL LIMIT 1")


@dataclass(frozen=True)
class SimulationOrder:
    """What to simulate: scenario, number of months, number of cases (None: the scenario's rate), and the seed."""

    scenario: Scenario
    months: int
    seed: int
    cases: int | None = None

    @property
    def first(self) -> date:
        """The first local day."""
        return self.scenario.begins

    @property
    def last(self) -> date:
        """The local day after the last one."""
        return add_months(self.first, self.months)

    @property
    def count(self) -> int:
        """How many cases are handed in."""
        return self.cases if self.cases is not None else round(self.months * self.scenario.cases_per_month)


@dataclass
class Simulation:
    """One run on an open installation: what it consists of, and what happens at each planned moment."""

    order: SimulationOrder
    installation: SimulatedInstallation
    town: SimulatedTown
    people: People
    queue: CallbackQueue
    counts: StoryCounts
    breaches: Breaches
    watch: Watch
    village: VillageWatch
    outage_plan: OutagePlan
    speed: Speed
    swept_at: datetime | None = None
    _has_work: bool = True  # outbox or deliveries may hold something to be done
    _letters_after: Counter[tuple[Outage, str]] = field(
        default_factory=Counter
    )  # (outage, address) -> letters on the day after it

    def run(self, end: datetime) -> None:
        """Run every planned callback up to `end`, with those that they plan, and move the clock along."""
        for moment, callback in self.queue.until(end):
            self.installation.clock.now = max(moment, self.installation.clock.now)
            callback()
        self.installation.clock.now = end

    # --- what happens ------------------------------------------------------------------------

    def run_for_people(self, callback: Callback) -> None:
        """Run a callback of people who use Ventil; while everything is down, postpone it until the outage is over."""
        now = self.installation.clock.now
        outage = self.outage_plan.active(now, "everything")
        if outage is not None:
            self.queue.plan(outage.ends + (now - outage.begins) / 100, partial(self.run_for_people, callback))
            return
        callback()
        self._has_work = True

    def accept_letter(self, letter: SimulatedLetter) -> None:
        """Handle a letter that the mail server accepted: count it, check it, and let its recipient read it."""
        self.counts.count_letter(letter)
        self.watch.check_letter(letter, self.town.left_at)
        outage = self.outage_plan.ended_within(letter.at, ONE_DAY)
        if outage is not None:
            self._letters_after[outage, letter.recipient] += 1
        self.people.read(letter)

    def most_letters_after_outages(self) -> dict[Outage, int]:
        """Return for each outage the most letters that one address got within a day after it."""
        most = dict.fromkeys(self.outage_plan.outages, 0)
        for (outage, _), count in self._letters_after.items():
            most[outage] = max(most[outage], count)
        return most

    def run_sweeps(self) -> None:
        """Run the sweep of every clock process, 20 seconds apart; none while the clock is down."""
        if self.outage_plan.active(self.installation.clock.now, "everything", "clock"):
            self.swept_at = None
            return
        year, fired = self.installation.clock.now.year, 0
        for number in range(self.order.scenario.clocks):
            self.swept_at = self.installation.clock.now
            began_at = time.process_time()
            rungs = sweep(self.installation.database, now=self.swept_at)
            if number == 0:
                self.speed.record_sweep(year, time.process_time() - began_at, rungs)
            fired += rungs
            self.installation.clock.now += BETWEEN_CLOCKS
        self.counts.rungs += fired
        self.counts.sweeps += 1
        self._has_work = self._has_work or fired > 0 or self._has_untold_batch()

    def _has_untold_batch(self) -> bool:
        """Return whether a sweep's letters wait; also one that fired no rung has some, when a promise broke."""
        with self.installation.database.reading() as session:
            return session.execute(UNTOLD).first() is not None

    def deliver(self) -> None:
        """Drain the outbox and the deliveries, with the mail server as the outages at this moment say."""
        now, behaviour = self.installation.clock.now, self.installation.mail_server.behaviour
        if self.outage_plan.active(now, "everything", "clock") or not (self._has_work or self._is_digest_due()):
            return
        behaviour.is_reachable = self.outage_plan.active(now, "mail") is None
        behaviour.defers = self.outage_plan.active(now, "grey") is not None
        failures = self._failures()
        drain_outbox(self.installation.database)
        drain_deliveries(self.installation.database, self.installation.runtime.transport)
        self._has_work = self._failures() != failures

    def _is_digest_due(self) -> bool:
        """Return whether the moment of a held letter has come: nothing else happens then."""
        with self.installation.database.reading() as session:
            return session.execute(HELD_AND_DUE, {"now": self._as_text()}).first() is not None

    def _as_text(self) -> str:
        return self.installation.clock.now.strftime("%Y-%m-%d %H:%M:%S.%f")

    def _failures(self) -> tuple[int, int]:
        """Return how many letters were refused for now, and for good: those are tried again, these are told of."""
        mail_server = self.installation.mail_server
        return mail_server.temporary_failures, len(mail_server.rejected)

    def check_invariants(self) -> None:
        """Check the invariants on what is new since the last check."""
        with self.installation.database.reading() as session:
            self.watch.check(session.connection(), self.swept_at)

    def check_village(self) -> None:
        """Check the invariants of the village method, as at the end of each year; not while no clock looks."""
        if self.swept_at is not None:
            with self.installation.database.reading() as session:
                self.village.check(session, self.installation.clock.now)

    def write_morning_letter(self) -> None:
        """Run the job that writes the desk's morning letter, with its check for forgotten cases."""
        if not self.outage_plan.active(self.installation.clock.now, "everything", "clock"):
            write_morning_letter(self.installation.runtime)
            self._has_work = True

    def ask_how_it_went(self) -> None:
        """Run the job that asks about the cases that were closed four weeks ago."""
        if not self.outage_plan.active(self.installation.clock.now, "everything", "clock"):
            asked = ask_how_it_went(self.installation.database)
            self._has_work = self._has_work or asked > 0

    def make_calls(self) -> None:
        """Let the contact person make all calls that wait, to those whom no mail reaches."""
        if not self.town.contacts:
            return
        with self.installation.database.transaction() as session:
            by = self.people.actor(session, self.town.contacts[0])
            for call in to_ring(session):
                tick_off(session, call.delivery_id, by=by, at=self.installation.clock.now)
                self.counts.calls += 1

    def settle(self) -> None:
        """Deliver until nothing is left; retries are 31 minutes apart."""
        for _ in range(MOST_ROUNDS):
            self.deliver()
            if not self._has_work:
                return
            self.installation.clock.now += RETRY_AFTER

    def mend_mailbox(self, email: str) -> None:
        """Let the mailbox accept letters again, and send its letters that were set aside again."""
        self.installation.mail_server.behaviour.bouncing.discard(email)
        with self.installation.database.transaction() as session:
            for (number,) in session.execute(ASIDE, {"email": email}).all():
                send_again(session, "delivery", number, by=A_COMMAND, at=self.installation.clock.now)
