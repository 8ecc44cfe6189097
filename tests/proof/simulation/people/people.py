"""People: they act on letters that they got, and on nothing else; only the desk has a list that it looks through.

So a letter that is lost shows: nobody acts until the ladder reaches somebody. What they do is done by the domain's own
functions, as in the demonstration.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.case import Case, case_to_change
from cases.database.transactions import Database
from cases.demo import scene as deeds
from cases.demo.moving_clock import MovingClock
from cases.demo.scene import Scene, Tale
from cases.handing_in import hand_in
from cases.organisation.people import Person
from cases.refusals import Refusal
from cases.states import Kind, State
from proof.simulation import second_calendar
from proof.simulation.checks.counting import StoryCounts
from proof.simulation.environment.agenda import Happening
from proof.simulation.environment.post import SimulatedLetter
from proof.simulation.people.arrivals import SimulatedArrival
from proof.simulation.people.town import DESK, GROUP, GROUPS_DOMAIN, Reader, SimulatedTown
from proof.simulation.scenario.tempers import ANSWERS, CONTESTS, OF_A_UNIT, OF_THE_DESK, Moves

DAY_BEGINS, WORKING_MINUTES = time(8), 8 * 60
FOLLOWS_UP, PUBLISHED = 0.7, 0.3
REPORTER_TAKES = (0, 8)
BEFORE_A_DUTY = (3, 30)  # days
AT_WORK = {State.PLANNED, State.IN_PROGRESS}


def assign_elsewhere(scene: Scene) -> None:
    """Give the case to the wrong door."""
    scene.change(State.ASSIGNED, responsible=scene.tale.facts["elsewhere"])


DEEDS: dict[str, Callable[[Scene], None]] = {
    "assign": deeds.assign, "assign_elsewhere": assign_elsewhere, "send_back": deeds.send_back, "plan": deeds.plan,
    "plan_anew": deeds.plan_anew, "start": deeds.start, "show_life": deeds.show_life, "finish": deeds.finish,
    "contest": deeds.contest, "park": deeds.park, "decline": deeds.decline, "merge": deeds.merge, "ask": deeds.ask,
    "answer": deeds.answer, "wait_outside": deeds.wait_outside, "wait_for_forum": deeds.wait_for_forum,
    "go_on": deeds.go_on,
}  # fmt: skip


@dataclass
class Errand:
    """One case, as those who have to do with it remember it."""

    tale: Tale
    unit: str  # that has it now
    state: State = State.RECEIVED
    chair: str | None = None
    is_planned: bool = False  # somebody has it in mind for a day
    reporter_is_at_it: bool = False


@dataclass
class People:
    """Everybody, with one clock and one set of dice."""

    database: Database
    clock: MovingClock
    plan: Callable[[datetime, Happening], None]
    town: SimulatedTown
    chance: Random
    counts: StoryCounts
    zone: ZoneInfo
    errands: dict[str, Errand] = field(default_factory=dict)
    _by_reporter: dict[str, Errand] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _twins: list[str] = field(default_factory=list)

    # --- what they get ---------------------------------------------------------------------

    def hand_in(self, arrival: SimulatedArrival) -> None:
        """Let somebody hand in what they came for; the desk sees it on its list."""
        with self.database.transaction() as session:
            chair = self.town.officers[GROUP + arrival.group.slug][0] if arrival.group else None
            by = self.actor(session, self._who_writes(arrival, chair))
            case = hand_in(session, arrival.request, by=by, at=self.clock.now)
        self.counts.handed_in += 1
        if arrival.request.kind is Kind.DUTY:
            self.counts.did("plan")  # a duty is planned in the same act
        errand = Errand(Tale(case.ref, arrival.unit, arrival.done, self.chance), DESK, case.state, chair)
        self._remember(errand, arrival)

    def _who_writes(self, arrival: SimulatedArrival, chair: str | None) -> str | None:
        is_written_down = arrival.request.channel in {"phone", "duty"}
        return self.town.contacts[0] if is_written_down and self.town.contacts else chair

    def _remember(self, errand: Errand, arrival: SimulatedArrival) -> None:
        self.errands[errand.tale.ref] = errand
        errand.tale.facts["kind"] = arrival.request.kind
        if arrival.request.reporter and arrival.request.reporter.email:
            self._by_reporter[arrival.request.reporter.email] = errand
        if errand.state is State.RECEIVED:
            self._take_in_hand(errand, DESK)
        else:
            errand.unit = arrival.unit

    def read(self, letter: SimulatedLetter) -> None:
        """Let the one who got the letter act on it, or not."""
        reader = self.town.readers.get(letter.recipient)
        if reader is None:
            if letter.recipient in self._by_reporter:
                self._reporter_reads(self._by_reporter[letter.recipient])
            return
        for ref in letter.refs:
            if ref not in self.errands:  # the clock has made it: the next duty, a report to the council
                self.errands[ref] = Errand(
                    Tale(ref, reader.unit, "Det är gjort.", self.chance), reader.unit, State.PLANNED
                )
            self._staff_reads(self.errands[ref], reader)

    def _staff_reads(self, errand: Errand, reader: Reader) -> None:
        if reader.unit.startswith(GROUP) and reader.unit != errand.unit:
            self._reporter_reads(errand)
        elif not errand.is_planned:
            temper = self.town.temper_of(errand.unit)
            if reader.unit != errand.unit:
                heeds = temper.heeds_others
            else:
                heeds = temper.heeds_head if reader.role == "head" else temper.notices
            self.press(errand, heeds)

    def press(self, errand: Errand, heeds: float) -> None:
        """Remind the unit of the case: it takes it in hand with this likelihood."""
        if not errand.is_planned and self.chance.random() < heeds:
            self._take_in_hand(errand, errand.unit)

    def _take_in_hand(self, errand: Errand, unit: str) -> None:
        self._plan(errand, self.town.temper_of(unit).answers_in)

    def _reporter_reads(self, errand: Errand) -> None:
        share = {State.WAITING: ANSWERS, State.DONE: CONTESTS}.get(errand.state, 0.0)
        if not errand.reporter_is_at_it and share and self.chance.random() < share:
            errand.reporter_is_at_it = True
            self.plan(self._moment(REPORTER_TAKES), lambda: self._reporter_acts(errand))

    # --- when ------------------------------------------------------------------------------

    def _plan(self, errand: Errand, days: tuple[int, int]) -> None:
        self._plan_at(errand, self._moment(days))

    def _plan_at(self, errand: Errand, moment: datetime) -> None:
        errand.is_planned = True
        self.plan(moment, lambda: self._unit_acts(errand))

    def _moment(self, days: tuple[int, int]) -> datetime:
        today = second_calendar.local_day(self.clock.now)
        day = second_calendar.rolled(second_calendar.later(today, self.chance.randint(*days)))
        moment = self.at(day, DAY_BEGINS) + timedelta(minutes=self.chance.randrange(WORKING_MINUTES))
        return moment if moment > self.clock.now else self.clock.now + timedelta(minutes=self.chance.randint(4, 50))

    def at(self, day: date, hour: time) -> datetime:
        """Give the moment of this local hour, UTC."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    # --- what they do ----------------------------------------------------------------------

    def _unit_acts(self, errand: Errand) -> None:
        """Let whoever has the case do what is usual in its state; nobody at the desk leaves it lying."""
        errand.is_planned = False
        with self.database.transaction() as session:
            case = case_to_change(session, errand.tale.ref)
            if (early := self._before_a_duty(case)) is not None:
                return self._plan_at(errand, early)
            at_desk = case.responsible.slug == DESK
            who = self._who_has(case.responsible.slug, case)
            moves = (OF_THE_DESK if at_desk else OF_A_UNIT).get(case.state)
            if moves and who:
                deed = self._choose(errand, case, moves)
                self._do(errand, Scene(session, case, errand.tale, self.actor(session, who), self.clock.now), deed)
            self._note(errand, case)
        if moves and not who:
            self._plan(errand, (1, 2))
        else:
            self._goes_on(errand)

    def _before_a_duty(self, case: Case) -> datetime | None:
        """Give when somebody sees to a duty whose day is far off: in the weeks before it. None for all else."""
        far = self.clock.now + timedelta(days=max(BEFORE_A_DUTY))
        if case.kind is not Kind.DUTY or case.state is not State.PLANNED or case.due_at is None or case.due_at <= far:
            return None
        days = timedelta(days=self.chance.randint(*BEFORE_A_DUTY))
        return self.at(second_calendar.rolled(second_calendar.local_day(case.due_at) - days), DAY_BEGINS)

    def _who_has(self, unit: str, case: Case) -> str | None:
        people = self.town.contacts if unit == DESK else self.town.officers.get(unit, [])
        if case.officer is not None and case.officer.email in people:
            return case.officer.email
        return self.chance.choice(people) if people else None

    def _choose(self, errand: Errand, case: Case, moves: Moves) -> str:
        """Give what is done, by the dice; what cannot be done gives way to the usual."""
        if case.state is State.ASSIGNED and case.responsible.slug not in {errand.tale.unit, DESK}:
            return "send_back"
        deed = self.chance.choices(list(moves), list(moves.values()))[0]
        if self._can(errand.tale, case, deed):
            return deed
        return "assign" if case.state is State.RECEIVED else "start"

    def _can(self, tale: Tale, case: Case, deed: str) -> bool:
        if deed == "merge":
            tale.twin = self.chance.choice(self._twins) if self._twins else None
            return tale.twin not in {None, tale.ref}
        if deed == "assign_elsewhere":
            doors = [one.slug for one in self.town.scenario.departments if one.slug != tale.unit]
            tale.facts["elsewhere"] = self.chance.choice(doors) if doors else None
            return bool(doors)
        if deed == "ask":
            return case.reporter_id is not None or case.group_id is not None
        return deed != "send_back" or not tale.unit.startswith(GROUP)

    def _do(self, errand: Errand, scene: Scene, deed: str) -> None:
        unit, due_at = scene.case.responsible.slug, scene.case.due_at
        try:
            if deed == "assign":
                self._triage(errand, scene)
            DEEDS[deed](scene)
        except Refusal:
            self.counts.refused_acts += 1
            return
        self.counts.did(deed)
        if deed == "finish" and due_at is not None:
            self.counts.finished(unit, due_at, scene.at)

    def _triage(self, errand: Errand, scene: Scene) -> None:
        if errand.tale.facts.get("kind") is Kind.PROPOSAL and scene.case.raised_on is None:
            deeds.raise_in_council(scene)
        if scene.case.published_at is None and self.chance.random() < PUBLISHED:
            deeds.publish(scene)
        self._twins[:] = [*self._twins[-24:], scene.case.ref]

    def _note(self, errand: Errand, case: Case) -> None:
        errand.state, errand.unit = case.state, case.responsible.slug

    def _goes_on(self, errand: Errand) -> None:
        """Plan what the unit itself has in mind next; the rest waits for a letter."""
        temper = self.town.temper_of(errand.unit)
        if errand.is_planned:
            return
        if errand.state is State.RECEIVED:
            self._take_in_hand(errand, DESK)
        elif errand.state in AT_WORK and self.chance.random() >= temper.slips:
            self._plan(errand, temper.works_for)
        elif errand.state is State.WAITING and self.chance.random() < FOLLOWS_UP * temper.notices:
            self._plan(errand, (8, 25))

    def _reporter_acts(self, errand: Errand) -> None:
        """Let the one who asked answer what was asked, or say that it is not done."""
        errand.reporter_is_at_it = False
        with self.database.transaction() as session:
            case = case_to_change(session, errand.tale.ref)
            deed = "contest" if case.state is State.DONE else "answer" if case.waits_for_reporter else None
            if deed:
                by = self.actor(session, errand.chair) if errand.chair else reporter_of(case)
                self._do(errand, Scene(session, case, errand.tale, by, self.clock.now), deed)
            self._note(errand, case)
        self._goes_on(errand)

    def answer_at_forum(self, ref: str) -> None:
        """Let a representative in the forum say what it thinks: the case goes on."""
        errand = self.errands[ref]
        chairs = [email for people in self.town.officers.values() for email in people if email.endswith(GROUPS_DOMAIN)]
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            by = self.actor(session, self.chance.choice(chairs))
            self._do(errand, Scene(session, case, errand.tale, by, self.clock.now), "answer")
            self._note(errand, case)
        self._goes_on(errand)

    # --- who they are ------------------------------------------------------------------------

    def actor(self, session: Session, email: str | None) -> Actor:
        """Give the person as somebody who acts; without an address it is a visitor."""
        if email is None:
            return A_VISITOR
        if email not in self._actors:
            person = session.scalars(select(Person.id).where(Person.email == email)).one()
            actor = actor_for(session, person, on=second_calendar.local_day(self.clock.now))
            self._actors[email] = actor or A_VISITOR
        return self._actors[email]

    def forget_roles(self) -> None:
        """Ask anew who is what: somebody came or left."""
        self._actors.clear()
