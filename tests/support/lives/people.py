"""What people do, as the rules of the life machine: each rule changes the database and the expected life alike."""

from collections import Counter
from dataclasses import replace

import hypothesis.strategies as some
from hypothesis.stateful import Bundle, initialize, invariant, precondition, rule
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from support.lives.choices import CHOICES, SEVERAL, LifeChoice
from support.lives.course import Given, commented, dissolved, duty, received, stepped
from support.lives.house import HouseThatMayDie, change_for
from support.lives.oracle import CONTACTS, OPEN, PEOPLE, STAFF, Attempt, RightsKey, attempts, may, rights_key
from support.lives.rehearsal import rehearse

from cases.administration.reorganising import dissolve_unit
from cases.administration.staffing import person_by_email, switch_off_person
from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.correcting import Correction, correct
from cases.following import ask_to_follow
from cases.handing_in import Reporter, Request, hand_in
from cases.history.words import Visibility
from cases.organisation.people import Person
from cases.organisation.units import Unit, unit_named
from cases.progress import Change, change_state
from cases.refusals import Refusal, StaleVersion
from cases.states import Kind, State
from proof.crashes.grounds import CrashGround

REPORTERS = {
    "mail": Reporter(name="Rut", email="rut@hemma.example"),
    "telephone": Reporter(name="Nils", phone="0000-20 00 00"),
    "nobody": None,
}


class PeopleAct(HouseThatMayDie):
    """The machine's rules for people: everybody does what they may do, and tries what they may not do."""

    cases = Bundle("cases")

    def __init__(self, ground: CrashGround, tally: Counter[str], tried: set[RightsKey]) -> None:
        super().__init__(ground, tally)
        self.tried = tried  # by any machine of the test
        self.seen: dict[str, tuple[int, int]] = {}  # by reference: (version that somebody read, changes until then)

    @initialize(target=cases, choices=some.lists(CHOICES, min_size=4, max_size=8))
    def one_is_on_its_way(self, choices: list[LifeChoice]) -> str:
        ref = self.hand_in(Kind.ISSUE, "visitor", "mail")
        self._act(ref, choices, set(PEOPLE))
        return ref

    @rule(
        target=cases,
        kind=some.sampled_from(Kind),
        by=some.sampled_from(["visitor", "kontakt", "ombud"]),
        asks=some.sampled_from(sorted(REPORTERS)),
    )
    def hand_in(self, kind: Kind, by: str, asks: str) -> str:
        title, at = f"Ärende {len(self.life) + 1}", self.world.clock.now
        group = "norrby" if by == "ombud" else None
        due_on = {"due_on": self.day(10), "every_months": 1} if kind is Kind.DUTY else {}
        request = Request(kind, title, group=group, reporter=REPORTERS[asks], responsible="gata", **due_on)

        def ask(session: Session) -> None:
            hand_in(session, request, by=self.actor(session, None, by), at=at)

        if not self.written(ask) and self._ref(title) is None:
            self.written(ask)  # the request was lost in the crash: it is sent once more
        ref = self._ref(title)
        life = duty(self.day(10), "gata", group, at) if kind is Kind.DUTY else received(group, at)
        self.life[ref] = replace(life, has_reporter=REPORTERS[asks] is not None)
        return ref

    @rule(ref=cases, choices=SEVERAL)
    def the_desk_acts(self, ref: str, choices: list[LifeChoice]) -> None:
        self._act(ref, choices, CONTACTS)

    @rule(ref=cases, choices=SEVERAL)
    def the_house_acts(self, ref: str, choices: list[LifeChoice]) -> None:
        self._act(ref, choices, STAFF - CONTACTS)

    @rule(ref=cases, choices=SEVERAL)
    def anybody_acts(self, ref: str, choices: list[LifeChoice]) -> None:
        self._act(ref, choices, set(PEOPLE))

    def _act(self, ref: str, choices: list[LifeChoice], people: set[str]) -> None:
        """Let these people take steps with the case, one after the other, as far as one is open to them."""
        for choice in choices:
            every = attempts(self.life[ref], self.gone, self.world.clock.now)
            if steps := [each for each in every if each.who in people and may(self.life[ref], each)]:
                self._take(ref, choice.among(steps), choice)
                self.everybody_may_what_was_agreed_on()

    @rule(ref=cases, choice=CHOICES)
    def try_any_step(self, ref: str, choice: LifeChoice) -> None:
        self._take(ref, choice.among(attempts(self.life[ref], self.gone, self.world.clock.now)), choice)

    @rule(ref=cases, choice=CHOICES, meanwhile=some.sampled_from(["comment", "correct", "act"]), other=CHOICES)
    def two_at_once(self, ref: str, choice: LifeChoice, meanwhile: str, other: LifeChoice) -> None:
        """One person reads the case, another one acts on it, and the first changes it as they have read it."""
        self.read(ref)
        if meanwhile == "comment":
            self.comment(ref, "kontakt", other.names_a_day)
        elif meanwhile == "correct":
            self.correct(ref, "abc", other.names_a_day)
        else:
            self._act(ref, [other], STAFF)
        self._act(ref, [replace(choice, as_read=True)], set(PEOPLE))

    def _take(self, ref: str, attempt: Attempt, choice: LifeChoice) -> None:
        given = choice.given(self.life[ref], attempt)
        version = self.seen[ref][0] if choice.as_read and ref in self.seen else None
        self.step_tried(ref, change_for(attempt, given, version=version), attempt, given)

    @rule(ref=cases, into=cases, who=some.sampled_from(["kontakt", "handlaggare"]))
    def merge(self, ref: str, into: str, who: str) -> None:
        change = Change(State.MERGED, reason="Samma sak.", into=into)
        self.step_tried(ref, change, Attempt("merged", who, self.world.clock.now), Given())

    def read(self, ref: str) -> None:
        """Note the version that somebody reads now."""
        self.seen[ref] = (self.version(ref), self.life[ref].changes)

    @rule(ref=cases, who=some.sampled_from(["kontakt", "reporter", "ombud"]), aloud=some.booleans())
    def comment(self, ref: str, who: str, aloud: bool) -> None:
        def say(session: Session) -> None:
            case = case_to_change(session, ref)
            visibility = Visibility.PUBLIC if aloud else Visibility.PARTICIPANTS
            comment(session, case, "Hur går det?", visibility, by=self.actor(session, case, who), at=at)

        at = self.world.clock.now
        if who == "ombud" and "norrby" not in {self.life[ref].responsible, self.life[ref].group}:
            return  # who does not take part
        if self.written_of(ref, say):
            self.life[ref] = commented(self.life[ref], who, at)

    @rule(ref=cases, title=some.text("abc", min_size=1, max_size=9), published=some.booleans())
    def correct(self, ref: str, title: str, published: bool) -> None:
        correction = Correction(title=f"{title} {self.life[ref].changes}", category="belysning", published=published)

        def put_right(session: Session) -> None:
            by, at = self.actor(session, None, "kontakt"), self.world.clock.now
            correct(session, case_to_change(session, ref), correction, by=by, at=at)

        self.written(put_right)
        with self.process.database.reading() as session:
            is_right = session.scalars(select(Case.title).where(Case.ref == ref)).one() == correction.title
        self.life[ref] = replace(self.life[ref], changes=self.life[ref].changes + is_right)

    @rule(ref=cases, number=some.integers(1, 3))
    def follow(self, ref: str, number: int) -> None:
        def ask(session: Session) -> None:
            key, at = self.world.settings.secret_key, self.world.clock.now
            ask_to_follow(session, case_to_change(session, ref), f"f{number}@hemma.example", "sv", key=key, at=at)

        self.written(ask)

    @precondition(lambda self: "kollega" not in self.gone)
    @rule()
    def somebody_leaves(self) -> None:
        def leave(session: Session) -> None:
            who, taker = (person_by_email(session, f"{name}@prov.example") for name in ("kollega", "handlaggare"))
            switch_off_person(session, who, taker, by=self.actor(session, None, "admin"), at=self.world.clock.now)

        lived = self.written_alone(leave)
        if lived or not self._is_active(Person.email == "kollega@prov.example", Person):
            self.gone.add("kollega")
            held = {ref: life for ref, life in self.life.items() if life.officer == "kollega" and life.state in OPEN}
            given = {ref: replace(life, officer="handlaggare", changes=life.changes + 1) for ref, life in held.items()}
            self.life |= given

    @precondition(lambda self: "vatten" not in self.gone)
    @rule()
    def a_unit_is_dissolved(self) -> None:
        def dissolve(session: Session) -> None:
            unit, admin = unit_named(session, "vatten", field="unit"), self.actor(session, None, "admin")
            dissolve_unit(session, unit, "gata", by=admin, at=self.world.clock.now)

        lived = self.written_alone(dissolve)
        if lived or not self._is_active(Unit.slug == "vatten", Unit):
            self.gone |= {"vatten", "vattenchef"}
            at = self.world.clock.now
            self.life = {ref: dissolved(life, "vatten", "gata", at) for ref, life in self.life.items()}

    @invariant()
    def everybody_may_what_was_agreed_on(self) -> None:
        """Let everybody try every step, for each case whose rights have not been tried before."""
        for ref, life in self.life.items():
            key = rights_key(life, self.gone)
            if key not in self.tried:
                rehearse(self, ref)
                self.tried.add(key)  # not before: Hypothesis must see a failure again when it repeats the run

    def step_tried(self, ref: str, change: Change, attempt: Attempt, given: Given) -> None:
        """Try a step, and assert that it is taken or refused as the expected life says."""
        life = self.life[ref]
        stale = change.version is not None and life.changes > self.seen[ref][1]
        merges = change.into is None or (change.into != ref and self.life[change.into].state in OPEN)
        allowed = merges and not stale and may(life, attempt)

        def step(session: Session) -> None:
            case = case_to_change(session, ref)
            change_state(session, case, change, by=self.actor(session, case, attempt.who), at=attempt.at)

        try:
            is_there = self.written_of(ref, step)
        except Refusal as refusal:
            assert not allowed, (ref, life, attempt, refusal)
            assert isinstance(refusal, StaleVersion) == stale
            self.tally["steps refused"] += 1
            return
        assert allowed, (ref, life, attempt, "was let through")
        self.tally["steps taken"] += 1
        if is_there:
            self.life[ref] = stepped(life, attempt, given)

    def _ref(self, title: str) -> str | None:
        with self.process.database.reading() as session:
            return session.scalar(select(Case.ref).where(Case.title == title))

    def _is_active(self, who: ColumnElement[bool], table: type[Person] | type[Unit]) -> bool:
        with self.process.database.reading() as session:
            return session.scalars(select(table.active).where(who)).one()
