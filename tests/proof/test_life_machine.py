"""The whole life of cases, in any order, by anybody, with crashes, jumps of the clock and a mail server with moods."""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import hypothesis.strategies as some
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from life_looks import LOOKS, broken_lives
from life_oracle import CONTACTS, OPEN, PEOPLE, Attempt, Life, may
from sqlalchemy import select, text

from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.correcting import Correction, correct
from cases.following import ask_to_follow
from cases.handing_in import Reporter, Request, hand_in
from cases.progress import Change, WaitingFor, change_state
from cases.records.words import Visibility
from cases.refusals import Refusal, StaleVersion
from cases.states import Kind, State
from cases.town.organisation import dissolve_unit
from cases.town.people import A_VISITOR, Actor, Person, actor_for, reporter_of
from cases.town.staffing import person_with, switch_off_person
from cases.town.units import unit_named
from notifications.sending import deliver_some
from proof.crashes.boundaries import Boundaries, Crash, Point, Side
from proof.crashes.grounds import Ground
from proof.crashes.house import Process, running, started_again
from proof.crashes.judging import Death, breaches
from proof.crashes.mail_server import Mood
from workers.relaying import relay_once

AT_LENGTH = os.environ.get("VENTIL_PROOF") == "full"
USUAL = settings(
    deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck), derandomize=not AT_LENGTH
)
SHORT = settings(USUAL, max_examples=8, stateful_step_count=40)
LIVES = settings(USUAL, max_examples=300, stateful_step_count=60) if AT_LENGTH else SHORT
REPORTERS = {
    "mail": Reporter(name="Rut", email="rut@hemma.example"),
    "telephone": Reporter(name="Nils", phone="0000-20 00 00"),
    "nobody": None,
}
JUMPS = [timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3), timedelta(weeks=3)]
UNITS = ("gata", "vatten", "norrby")
Details = tuple[int, str, bool]  # days until it is due, for whom it waits, and whether it is changed as it was read
DETAILS = some.tuples(some.integers(1, 60), some.sampled_from(["reporter", "other"]), some.booleans())
Act = Callable[[Process], object]
Tell = Callable[[str, object], None]


class LifeMachine(RuleBasedStateMachine):
    """One house, whose process may die beside any boundary, and what is known of its cases from their lives' rules."""

    cases = Bundle("cases")

    def __init__(self, ground: Ground, tally: Counter[str]) -> None:
        super().__init__()
        self.tally = tally
        tally["lives"] += 1
        self.house = ExitStack()
        self.world = self.house.enter_context(ground.opened(ground.first, sends=True))
        self.life: dict[str, Life] = {}
        self.seen: dict[str, tuple[int, int]] = {}  # ref -> the version that somebody read, and changes since
        self.deaths = self.dropped = 0
        self.gone: set[str] = set()
        self.begins = self.world.clock.now
        self._process = ExitStack()
        self._start(running(self.world, Boundaries()))

    def _start(self, process: object) -> None:
        self.process = self._process.enter_context(process)

    def _live(self, act: Act) -> bool:
        """Let the process do it; False when it died, and another one has started."""
        try:
            act(self.process)
        except Crash:
            self.deaths += 1
            self.tally["deaths"] += 1
            self._process.close()
            self._start(started_again(self.world))
            return False
        return True

    # --- what people do ----------------------------------------------------------------------

    @initialize(target=cases)
    def one_is_there(self) -> str:
        return self.hand_in(Kind.ISSUE, "visitor", "mail")

    @rule(
        target=cases,
        kind=some.sampled_from(Kind),
        by=some.sampled_from(["visitor", "kontakt", "ombud"]),
        asks=some.sampled_from(sorted(REPORTERS)),
    )
    def hand_in(self, kind: Kind, by: str, asks: str) -> str:
        title = f"Ärende {len(self.life) + 1}"
        group = "norrby" if by == "ombud" else None
        due_on = {"due_on": self._day(10), "every_months": 1} if kind is Kind.DUTY else {}
        request = Request(kind, title, group=group, reporter=REPORTERS[asks], responsible="gata", **due_on)

        def ask(process: Process) -> None:
            with process.database.transaction() as session:
                hand_in(session, request, by=self._actor(session, None, by), at=self.world.clock.now)

        self._live(ask)
        if (ref := self._ref(title)) is None:
            self._live(ask)  # nobody heard: it is asked once more
            ref = self._ref(title)
        assert ref is not None or self.deaths
        if ref is not None:
            self.life[ref] = self._found(ref, "planned" if kind is Kind.DUTY else "received", group)
        return ref or ""

    @rule(ref=cases, number=some.integers(0, 10_000), details=DETAILS)
    def take_a_step_of_its_life(self, ref: str, number: int, details: Details) -> None:
        if ref in self.life:
            steps = [one for one in self._attempts() if may(self.life[ref], one)]
            self._take(ref, steps[number % len(steps)], details)

    @rule(ref=cases, number=some.integers(0, 10_000), details=DETAILS)
    def another_does(self, ref: str, number: int, details: Details) -> None:
        self.take_a_step_of_its_life(ref, number, details)

    @rule(ref=cases, number=some.integers(0, 10_000), details=DETAILS)
    def try_any_step(self, ref: str, number: int, details: Details) -> None:
        if ref in self.life:
            steps = self._attempts()
            self._take(ref, steps[number % len(steps)], details)

    def _attempts(self) -> list[Attempt]:
        people = [who for who in PEOPLE if who not in self.gone]
        units = [unit for unit in UNITS if unit not in self.gone]
        steps = [Attempt(to, who) for to in (*OPEN, "closed", "declined") for who in people]
        return steps + [Attempt("assigned", who, unit) for who in people if who in CONTACTS for unit in units]

    def _take(self, ref: str, attempt: Attempt, details: Details) -> None:
        days, waits_for, as_read = details
        to = State(attempt.to)
        change = Change(
            to,
            note="Så är det.",
            responsible=attempt.unit,
            due_on=self._day(days) if to in DATED else None,
            waiting_for=WaitingFor(waits_for, name="Trafikverket") if to is State.WAITING else None,
            version=self.seen[ref][0] if as_read and ref in self.seen else None,
        )
        self._try(ref, change, attempt)

    @rule(ref=cases, into=cases, who=some.sampled_from(["kontakt", "handlaggare"]))
    def merge(self, ref: str, into: str, who: str) -> None:
        if ref not in self.life or into not in self.life:
            return
        change = Change(State.MERGED, reason="Samma sak.", into=into)
        self._try(ref, change, Attempt("merged", who), ref != into and self.life[into].state in OPEN)

    @rule(ref=cases)
    def read(self, ref: str) -> None:
        if ref in self.life:
            self.seen[ref] = (self._case(ref).version, 0)

    @rule(ref=cases, who=some.sampled_from(["kontakt", "reporter"]), aloud=some.booleans())
    def comment(self, ref: str, who: str, aloud: bool) -> None:
        if (life := self.life.get(ref)) is None:
            return
        answers = life.state == "waiting" and who == "reporter" and life.waits_for_reporter
        after = (life.waiting_from or "") if answers else life.state

        def say(process: Process) -> None:
            with process.database.transaction() as session:
                case = case_to_change(session, ref)
                by = self._actor(session, case, who)
                visibility = Visibility.PUBLIC if aloud else Visibility.PARTICIPANTS
                comment(session, case, "Hur går det?", visibility, by=by, at=self.world.clock.now)

        self._went(ref, self._live(say), after)

    @rule(ref=cases, title=some.booleans(), published=some.booleans())
    def correct(self, ref: str, title: bool, published: bool) -> None:
        correction = Correction(title="Bättre rubrik" if title else None, category="belysning", published=published)

        def put_right(process: Process) -> None:
            with process.database.transaction() as session:
                by = self._actor(session, None, "kontakt")
                correct(session, case_to_change(session, ref), correction, by=by, at=self.world.clock.now)

        if ref in self.life:
            self._went(ref, self._live(put_right), self.life[ref].state)

    @rule(ref=cases, number=some.integers(1, 3))
    def follow(self, ref: str, number: int) -> None:
        def ask(process: Process) -> None:
            with process.database.transaction() as session:
                key, at = self.world.settings.secret_key, self.world.clock.now
                ask_to_follow(session, case_to_change(session, ref), f"f{number}@hemma.example", "sv", key=key, at=at)

        if ref in self.life:
            self._live(ask)

    @precondition(lambda self: "kollega" not in self.gone)
    @rule()
    def somebody_leaves(self) -> None:
        def leave(process: Process) -> None:
            with process.database.transaction() as session:
                who, taker = (person_with(session, f"{name}@prov.example") for name in ("kollega", "handlaggare"))
                admin = self._actor(session, None, "admin")
                switch_off_person(session, who, taker, by=admin, at=self.world.clock.now)

        if self._live(leave):
            self.gone.add("kollega")

    @precondition(lambda self: "vatten" not in self.gone)
    @rule()
    def a_unit_is_dissolved(self) -> None:
        def dissolve(process: Process) -> None:
            with process.database.transaction() as session:
                admin = self._actor(session, None, "admin")
                unit = unit_named(session, "vatten", field="unit")
                dissolve_unit(session, unit, "gata", by=admin, at=self.world.clock.now)

        if self._live(dissolve):
            self.gone |= {"vatten", "vattenchef"}
            for ref, life in self.life.items():
                if life.responsible == "vatten" and life.state in ASSIGNED_ANEW:
                    self._went(ref, True, "assigned")
                self.life[ref] = self._found(ref, life.state, life.group, life.waiting_from)

    # --- what the house does, and what befalls it --------------------------------------------------

    @rule()
    def relay(self) -> None:
        self._live(lambda process: relay_once(process.workplace))

    @rule()
    def deliver(self) -> None:
        before = len(self.world.mail.accepted)
        self._live(lambda process: deliver_some(process.database, process.workplace.post))
        self._count_dropped(before)

    @rule(jump=some.sampled_from(JUMPS))
    def time_passes(self, jump: timedelta) -> None:
        before = len(self.world.mail.accepted)
        if not self._live(lambda process: process.wait(jump)):
            self._live(lambda process: process.tick())
        self._count_dropped(before)
        for ref, life in self.life.items():
            expected = TURNS_INTO.get(life.state, {life.state})
            found = self._case(ref)
            assert found.state.value in expected, (ref, life.state, found.state)
            self.life[ref] = self._found(ref, found.state.value, life.group, life.waiting_from)

    @rule(mood=some.sampled_from(Mood))
    def the_mail_server_is_in_a_mood(self, mood: Mood) -> None:
        self.world.mail.mood = mood

    @rule(boundaries=some.integers(1, 8), side=some.sampled_from(Side))
    def death_is_near(self, boundaries: int, side: Side) -> None:
        crossed = self.process.boundaries
        crossed.dies_at = Point(len(crossed.crossed) + boundaries, side)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def everybody_has_somebody_and_a_moment(self) -> None:
        with self.process.database.reading() as session:
            found = [(what, list(session.execute(text(sql)))) for what, sql in LOOKS.items()]
            assert not [(what, rows) for what, rows in found if rows]
            assert not broken_lives(session)

    @invariant()
    def every_case_is_where_its_life_says(self) -> None:
        with self.process.database.reading() as session:
            states = {ref: state.value for ref, state in session.execute(select(Case.ref, Case.state))}
        assert {ref: states[ref] for ref in self.life} == {ref: life.state for ref, life in self.life.items()}

    def teardown(self) -> None:
        """Come to rest, and let the independent checker judge."""
        self.world.mail.mood = Mood.ACCEPT
        self.process.boundaries.dies_at = None
        found = self.process.come_to_rest()
        known = Death(self.begins, self.world.clock.now, self.deaths + self.dropped)
        found += breaches(self.process, known)
        self._process.close()
        self.house.close()
        assert not found, found

    # --- by what means ---------------------------------------------------------------------------

    def _try(self, ref: str, change: Change, attempt: Attempt, possible: bool = True) -> None:
        """Try a step, and see that it is taken or refused as the life of a case says."""
        life = self.life[ref]
        life.may_object = life.state != "done" or self.world.clock.now <= self._case(ref).due_at
        stale = change.version is not None and bool(self.seen[ref][1])
        allowed = possible and not stale and may(life, attempt)

        def step(process: Process) -> None:
            with process.database.transaction() as session:
                case = case_to_change(session, ref)
                change_state(session, case, change, by=self._actor(session, case, attempt.who), at=self.world.clock.now)

        try:
            lived = self._live(step)
        except Refusal as refusal:
            assert not allowed, (ref, life, attempt, refusal)
            assert isinstance(refusal, StaleVersion) == stale
            self.tally["steps refused"] += 1
            return
        assert allowed or not lived, (ref, life, attempt, "was let through")
        self.tally["steps taken"] += 1
        waiting_from = life.waiting_from if life.state == "waiting" else life.state
        self._went(ref, lived, attempt.to, waiting_from if attempt.to == "waiting" else None)

    def _went(self, ref: str, lived: bool, to: str, waiting_from: str | None = None) -> None:
        """Note where the case went; when the process died it is there, or still where it was."""
        life, found = self.life[ref], self._case(ref).state.value
        assert found == to or (not lived and found == life.state), (ref, life, found, to)
        changed = found != life.state or (lived and waiting_from is not None)
        if ref in self.seen:
            version, changes = self.seen[ref]
            self.seen[ref] = (version, changes + int(self._case(ref).changed_version > version))
        self.life[ref] = self._found(ref, found, life.group, waiting_from if changed else life.waiting_from)

    def _found(self, ref: str, state: str, group: str | None, waiting_from: str | None = None) -> Life:
        case = self._case(ref)
        return Life(state, case.responsible.slug, group, waiting_from, case.waits_for_reporter)

    def _case(self, ref: str) -> Case:
        with self.process.database.reading() as session:
            case = session.scalars(select(Case).where(Case.ref == ref)).one()
            assert case.responsible.slug
            return case

    def _ref(self, title: str) -> str | None:
        with self.process.database.reading() as session:
            return session.scalar(select(Case.ref).where(Case.title == title))

    def _actor(self, session: object, case: Case | None, who: str) -> Actor:
        if who == "reporter":
            return reporter_of(case)
        if who == "visitor":
            return A_VISITOR
        person_id = session.scalars(select(Person.id).where(Person.email == f"{who}@prov.example")).one()
        actor = actor_for(session, person_id, on=self._day(0))
        assert actor is not None
        return actor

    def _day(self, later: int) -> object:
        return self.process.database.calendar.day_of(self.world.clock.now + timedelta(days=later))

    def _count_dropped(self, before: int) -> None:
        if self.world.mail.mood is Mood.DROP:
            self.dropped += len(self.world.mail.accepted) - before


DATED = {State.PLANNED, State.PARKED}
ASSIGNED_ANEW = {"assigned", "planned", "in_progress", "waiting"}
TURNS_INTO = {"parked": {"parked", "received"}, "done": {"done", "closed"}}


GROUNDS = ["on_sqlite", "on_postgresql"] if AT_LENGTH else ["on_sqlite"]


@pytest.mark.parametrize("ground", GROUNDS)
def test_any_life_keeps_every_promise(ground: str, request: pytest.FixtureRequest, record_property: Tell) -> None:
    tally: Counter[str] = Counter()
    run_state_machine_as_test(partial(LifeMachine, request.getfixturevalue(ground), tally), settings=LIVES)
    record_property("proof", ", ".join(f"{count} {what}" for what, count in sorted(tally.items())))
    assert tally["steps taken"] and tally["steps refused"] and tally["deaths"]
