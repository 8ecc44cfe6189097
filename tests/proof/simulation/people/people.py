"""The simulated people. They only react to letters that they get; the desk alone works through a list.

So a lost letter shows: nobody reacts until the ladder reaches somebody. They change cases by the functions of `cases`,
as the demonstration does (cases/demo).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.case import Case, case_to_change
from cases.database.transactions import Database
from cases.demo import scene as demo
from cases.demo.moving_clock import MovingClock
from cases.demo.scene import Scene, Tale
from cases.handing_in import hand_in
from cases.organisation.people import Person
from cases.refusals import Refusal
from cases.satisfaction.answering import SatisfactionGiven, answer_how_it_went
from cases.satisfaction.question import HIGHEST, LOWEST, waits_for_answer
from cases.states import Kind, State
from proof.simulation import second_calendar
from proof.simulation.checks.counting import StoryCounts
from proof.simulation.environment.agenda import Callback
from proof.simulation.environment.post import SimulatedLetter
from proof.simulation.people.arrivals import SimulatedArrival
from proof.simulation.people.meeting_acts import MEETING_ACTS
from proof.simulation.people.outcomes import BegunCase, BegunSort, CalledMeeting, VillageAct, VillageOutcome
from proof.simulation.people.town import DESK, GROUP, Reader, SimulatedTown
from proof.simulation.people.village_acts import VILLAGE_ACTS
from proof.simulation.scenario.tempers import (
    ANSWERS,
    CONTESTS,
    OF_A_UNIT,
    OF_THE_DESK,
    Moves,
    moves_of_what_is_owed,
)

DAY_BEGINS, WORKING_MINUTES = time(8), 8 * 60
FOLLOWS_UP, PUBLISHED, RATES = 0.7, 0.3, 0.5
REPORTER_TAKES = (0, 8)
BEFORE_ITS_DAY = (3, 30)  # days
AT_WORK = {State.PLANNED, State.IN_PROGRESS}


def assign_elsewhere(scene: Scene) -> None:
    """Assign the case to a wrong department, as a mistake of the desk."""
    scene.change(State.ASSIGNED, responsible=scene.tale.facts["elsewhere"])


def plan(scene: Scene) -> None:
    """Plan the work; for an item of a plan, a day 60 to 260 working days ahead."""
    if not scene.tale.facts.get("is_item"):
        return demo.plan(scene)
    scene.change(State.PLANNED, due_on=scene.day(60, 260), officer=scene.by.email, note="Det är med i budgeten.")


def finish(scene: Scene) -> None:
    """Set the case done; of an item of a plan, tell also when and by whom it was done."""
    if not scene.tale.facts.get("is_item"):
        return demo.finish(scene)
    done_on = second_calendar.local_day(scene.at) - timedelta(days=scene.tale.chance.randint(0, 20))
    scene.change(State.DONE, note=scene.tale.done, done_on=done_on, done_by="Vi i byn, med lånad grävare")


ACTS: dict[str, Callable[[Scene], None]] = {
    "assign": demo.assign, "assign_elsewhere": assign_elsewhere, "send_back": demo.send_back, "plan": plan,
    "plan_anew": demo.plan_anew, "start": demo.start, "show_life": demo.show_life, "finish": finish,
    "contest": demo.contest, "park": demo.park, "decline": demo.decline, "merge": demo.merge, "ask": demo.ask,
    "answer": demo.answer, "wait_outside": demo.wait_outside, "wait_for_forum": demo.wait_for_forum,
    "go_on": demo.go_on, "agree_on_contact": demo.agree_on_contact,
}  # fmt: skip
EVERY_VILLAGE_ACT = VILLAGE_ACTS | MEETING_ACTS


@dataclass
class KnownCase:
    """One case as the people know it from their letters: what they last saw, and what they plan."""

    tale: Tale
    unit: str  # slug of the unit that is responsible, as last seen
    state: State = State.RECEIVED
    chair: str | None = None  # address of the chair whose group handed it in
    is_planned: bool = False  # an act of the unit is planned
    reporter_acts_soon: bool = False


@dataclass
class People:
    """All people of the simulation. `plan` queues a callback for a moment; `zone` is the municipality's time zone.

    `when_called` is called with each meeting that the desk has called.
    """

    database: Database
    clock: MovingClock
    plan: Callable[[datetime, Callback], None]
    town: SimulatedTown
    chance: Random
    counts: StoryCounts
    zone: ZoneInfo
    when_called: Callable[[CalledMeeting], None] = field(default=lambda _: None)
    known_cases: dict[str, KnownCase] = field(default_factory=dict)
    _by_reporter: dict[str, KnownCase] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)
    _merge_candidates: list[str] = field(default_factory=list)

    # --- what they get ---------------------------------------------------------------------

    def hand_in(self, arrival: SimulatedArrival) -> None:
        """Hand in an arrival, and plan when the desk looks at it."""
        arrival = self._of_a_group_that_is_there(arrival)
        with self.database.transaction() as session:
            chair = self.town.officers[GROUP + arrival.group.slug][0] if arrival.group else None
            by = self.actor(session, self._author_of(arrival, chair))
            case = hand_in(session, arrival.request, by=by, at=self.clock.now)
        self.counts.handed_in += 1
        if arrival.request.kind is Kind.DUTY:
            self.counts.count_act("plan")  # a duty is planned in the same act
        known = KnownCase(Tale(case.ref, arrival.unit, arrival.done, self.chance), DESK, case.state, chair)
        self._remember(known, arrival)

    def _of_a_group_that_is_there(self, arrival: SimulatedArrival) -> SimulatedArrival:
        """Return the arrival, of another group if its own has been dissolved since it was drawn."""
        gone = GROUP + arrival.group.slug if arrival.group else ""
        if gone not in self.town.dissolved:
            return arrival
        slug = self.chance.choice(self.town.groups)
        group = next(group for group in self.town.scenario.groups if GROUP + group.slug == slug)
        asked = replace(arrival.request, group=slug)
        if asked.responsible == gone:
            asked = replace(asked, responsible=slug)
        return replace(arrival, request=asked, unit=slug if arrival.unit == gone else arrival.unit, group=group)

    def _author_of(self, arrival: SimulatedArrival, chair: str | None) -> str | None:
        is_written_down = arrival.request.channel in {"phone", "duty"}
        return self.town.contacts[0] if is_written_down and self.town.contacts else chair

    def _remember(self, known: KnownCase, arrival: SimulatedArrival) -> None:
        self.known_cases[known.tale.ref] = known
        known.tale.facts["kind"] = arrival.request.kind
        if arrival.request.reporter and arrival.request.reporter.email:
            self._by_reporter[arrival.request.reporter.email] = known
        if known.state is State.RECEIVED:
            self._plan_answer(known, DESK)
        else:
            known.unit = arrival.unit

    def read(self, letter: SimulatedLetter) -> None:
        """Let the recipient of a letter decide, at random by temper, whether to act on the cases that it names."""
        reader = self.town.readers.get(letter.recipient)
        if reader is None:
            if letter.recipient in self._by_reporter:
                self._reporter_reads(self._by_reporter[letter.recipient])
            return
        for ref in letter.refs:
            self._staff_reads(self.known_case(ref, reader.unit), reader)

    def known_case(self, ref: str, unit: str) -> KnownCase:
        """Return the case as it is known; one that the clock made, as a planned one of `unit`."""
        if ref not in self.known_cases:
            self.known_cases[ref] = KnownCase(Tale(ref, unit, "Det är gjort.", self.chance), unit, State.PLANNED)
        return self.known_cases[ref]

    def _staff_reads(self, known: KnownCase, reader: Reader) -> None:
        if reader.unit.startswith(GROUP) and reader.unit != known.unit:
            self._reporter_reads(known)
        elif not known.is_planned:
            temper = self.town.temper_of(known.unit)
            if reader.unit != known.unit:
                likelihood = temper.heeds_others
            else:
                likelihood = temper.heeds_head if reader.role == "head" else temper.notices
            self.remind(known, likelihood)

    def remind(self, known: KnownCase, likelihood: float) -> None:
        """Remind the unit of a case: with this likelihood (0 to 1) it plans to act, unless it already has."""
        if not known.is_planned and self.chance.random() < likelihood:
            self._plan_answer(known, known.unit)

    def _plan_answer(self, known: KnownCase, unit: str) -> None:
        self._plan(known, self.town.temper_of(unit).answers_in)

    def _reporter_reads(self, known: KnownCase) -> None:
        share = {State.WAITING: ANSWERS, State.DONE: CONTESTS, State.CLOSED: RATES}.get(known.state, 0.0)
        if not known.reporter_acts_soon and share and self.chance.random() < share:
            known.reporter_acts_soon = True
            self.plan(self._moment(REPORTER_TAKES), lambda: self._reporter_acts(known))

    # --- when ------------------------------------------------------------------------------

    def _plan(self, known: KnownCase, days: tuple[int, int]) -> None:
        self._plan_at(known, self._moment(days))

    def _plan_at(self, known: KnownCase, moment: datetime) -> None:
        known.is_planned = True
        self.plan(moment, lambda: self._unit_acts(known))

    def _moment(self, days: tuple[int, int]) -> datetime:
        today = second_calendar.local_day(self.clock.now)
        day = second_calendar.rolled(second_calendar.later(today, self.chance.randint(*days)))
        moment = self.at(day, DAY_BEGINS) + timedelta(minutes=self.chance.randrange(WORKING_MINUTES))
        return moment if moment > self.clock.now else self.clock.now + timedelta(minutes=self.chance.randint(4, 50))

    def at(self, day: date, hour: time) -> datetime:
        """Return the UTC moment of this hour on this local day."""
        return datetime.combine(day, hour, self.zone).astimezone(UTC)

    # --- what they do ----------------------------------------------------------------------

    def _unit_acts(self, known: KnownCase) -> None:
        """Let the responsible unit act, as is usual in the case's state; without staff, try again in a day or two."""
        known.is_planned = False
        with self.database.transaction() as session:
            case = case_to_change(session, known.tale.ref)
            if (early := self._before_its_day(known, case)) is not None:
                return self._plan_at(known, early)
            at_desk = case.responsible.slug == DESK
            actor_email = self._who_acts(case.responsible.slug, case)
            moves = self._moves(case, OF_THE_DESK if at_desk else OF_A_UNIT)
            if moves and actor_email:
                act = self._choose(known, case, moves)
                self._do(known, Scene(session, case, known.tale, self.actor(session, actor_email), self.clock.now), act)
            self._update(known, case)
        if moves and not actor_email:
            self._plan(known, (1, 2))
        else:
            self._plan_next(known)

    def _moves(self, case: Case, usual: dict[State, Moves]) -> Moves | None:
        if case.obligation is not None and case.state is State.PLANNED:
            return moves_of_what_is_owed(case.obligation, self.town.temper_of(case.responsible.slug))
        return usual.get(case.state)

    def _before_its_day(self, known: KnownCase, case: Case) -> datetime | None:
        """Return when to act on a duty or an item of a plan that is due far ahead, 3 to 30 days before; else None."""
        far = self.clock.now + timedelta(days=max(BEFORE_ITS_DAY))
        has_time = case.kind is Kind.DUTY or known.tale.facts.get("is_item")
        if not has_time or case.state is not State.PLANNED or case.due_at is None or case.due_at <= far:
            return None
        days = timedelta(days=self.chance.randint(*BEFORE_ITS_DAY))
        return self.at(second_calendar.rolled(second_calendar.local_day(case.due_at) - days), DAY_BEGINS)

    def _who_acts(self, unit: str, case: Case) -> str | None:
        people = self.town.contacts if unit == DESK else self.town.officers.get(unit, [])
        if case.officer is not None and case.officer.email in people:
            return case.officer.email
        return self.chance.choice(people) if people else None

    def _choose(self, known: KnownCase, case: Case, moves: Moves) -> str:
        """Draw the name of an act; one that is impossible here is replaced by `assign` or `start`."""
        if case.state is State.ASSIGNED and case.responsible.slug not in {known.tale.unit, DESK}:
            return "send_back"
        act = self.chance.choices(list(moves), list(moves.values()))[0]
        if self._can_do(known.tale, case, act):
            return act
        return "assign" if case.state is State.RECEIVED else "start"

    def _can_do(self, tale: Tale, case: Case, act: str) -> bool:
        if act == "merge":
            tale.twin = self.chance.choice(self._merge_candidates) if self._merge_candidates else None
            return tale.twin not in {None, tale.ref}
        if act == "assign_elsewhere":
            others = [department.slug for department in self.town.scenario.departments if department.slug != tale.unit]
            tale.facts["elsewhere"] = self.chance.choice(others) if others else None
            return bool(others)
        if act == "ask":
            return case.reporter_id is not None or case.group_id is not None
        return act != "send_back" or not tale.unit.startswith(GROUP)

    def _do(self, known: KnownCase, scene: Scene, act: str) -> None:
        if act in EVERY_VILLAGE_ACT:
            self._do_in_village(scene, EVERY_VILLAGE_ACT[act])
            return
        unit, due_at = scene.case.responsible.slug, scene.case.due_at
        try:
            if act == "assign":
                self._triage(known, scene)
            ACTS[act](scene)
        except Refusal:
            self.counts.refused_acts += 1
            return
        self.counts.count_act(act)
        if act == "finish" and due_at is not None:
            self.counts.count_finished(unit, due_at, scene.at)

    def _do_in_village(self, scene: Scene, act: VillageAct) -> bool:
        unit, due_at = scene.case.responsible.slug, scene.case.due_at
        try:
            with scene.session.begin_nested():
                outcome = act(scene, self.town)
        except Refusal:
            self.counts.refused_acts += 1
            return False
        self._goes_on(outcome)
        if outcome.has_finished and due_at is not None:
            self.counts.count_finished(unit, due_at, scene.at)
        return True

    def _goes_on(self, outcome: VillageOutcome) -> None:
        """Count what an act of the village led to, and plan what follows upon it."""
        self.counts.acts.update(outcome.events)
        self.counts.figures.update(outcome.figures)
        for begun in outcome.begun:
            self.counts.begun[begun.sort] += 1
            self._begin(begun)
        for meeting in outcome.called:
            self.when_called(meeting)
        for ref in outcome.to_the_desk:
            self.hand_over(self.known_cases[ref], State.ASSIGNED)

    def _begin(self, begun: BegunCase) -> None:
        known = KnownCase(Tale(begun.ref, begun.unit, begun.done, self.chance), begun.holder, begun.state)
        known.tale.facts["is_item"] = begun.sort is BegunSort.ITEM
        self.known_cases[begun.ref] = known
        if begun.state is State.RECEIVED:  # what a group has planned waits for its day, of which it gets a letter
            self._plan_answer(known, DESK)

    def hand_over(self, known: KnownCase, state: State) -> None:
        """Let the desk have the case, which is in this state now."""
        known.unit, known.state = DESK, state
        if state is State.ASSIGNED and not known.is_planned:
            self._plan_answer(known, DESK)

    def _triage(self, known: KnownCase, scene: Scene) -> None:
        if known.tale.facts.get("kind") is Kind.PROPOSAL and scene.case.raised_on is None:
            demo.raise_in_council(scene)
        if scene.case.published_at is None and self.chance.random() < PUBLISHED:
            demo.publish(scene)
        self._merge_candidates[:] = [*self._merge_candidates[-24:], scene.case.ref]

    def _update(self, known: KnownCase, case: Case) -> None:
        known.state, known.unit = case.state, case.responsible.slug

    def _plan_next(self, known: KnownCase) -> None:
        """Plan the unit's next act, if it would act unasked; otherwise it waits for a letter."""
        temper = self.town.temper_of(known.unit)
        if known.is_planned:
            return
        if known.state is State.RECEIVED:
            self._plan_answer(known, DESK)
        elif known.state in AT_WORK and self.chance.random() >= temper.slips:
            self._plan(known, temper.works_for)
        elif known.state is State.WAITING and self.chance.random() < FOLLOWS_UP * temper.notices:
            self._plan(known, (8, 25))

    def _reporter_acts(self, known: KnownCase) -> None:
        """Let the person who asked answer a question, contest that the case is done, or say how it went."""
        known.reporter_acts_soon = False
        with self.database.transaction() as session:
            case = case_to_change(session, known.tale.ref)
            act = "contest" if case.state is State.DONE else "answer" if case.waits_for_reporter else None
            if case.state is State.CLOSED and waits_for_answer(session, case):
                self._rate(session, case, known)
            elif act:
                by = self.actor(session, known.chair) if known.chair else reporter_of(case)
                self._do(known, Scene(session, case, known.tale, by, self.clock.now), act)
            self._update(known, case)
        self._plan_next(known)

    def _rate(self, session: Session, case: Case, known: KnownCase) -> None:
        """Let whoever was asked say how it went."""
        by = self.actor(session, known.chair) if known.chair else reporter_of(case)
        grade = self.chance.randint(LOWEST, HIGHEST)
        answer_how_it_went(session, case, SatisfactionGiven(grade), by=by, at=self.clock.now)

    def act_on(self, ref: str, email: str, act: VillageAct) -> bool:
        """Let this person do an act of the village on the case; return False when that is refused."""
        known = self.known_case(ref, DESK)
        with self.database.transaction() as session:
            case = case_to_change(session, ref)
            by = self.actor(session, email)
            is_done = self._do_in_village(Scene(session, case, known.tale, by, self.clock.now), act)
            self._update(known, case)
        self._plan_next(known)
        return is_done

    # --- who they are ------------------------------------------------------------------------

    def actor(self, session: Session, email: str | None) -> Actor:
        """Return the actor with this address, cached; a visitor without an address or when unknown today."""
        if email is None:
            return A_VISITOR
        if email not in self._actors:
            person = session.scalars(select(Person.id).where(Person.email == email)).one()
            actor = actor_for(session, person, on=second_calendar.local_day(self.clock.now))
            self._actors[email] = actor or A_VISITOR
        return self._actors[email]

    def clear_actors(self) -> None:
        """Forget the cached actors, since somebody came or left and roles changed."""
        self._actors.clear()
