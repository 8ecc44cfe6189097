"""The base of the life machine: a process that may crash at any boundary, and short ways to use it."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime, timedelta

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.lives.course import Given
from support.lives.oracle import Attempt, Life
from support.lives.standing import LifeStanding, actual_standings
from support.servers.mail_server import MailServerMood

from cases.access.actors import A_VISITOR, Actor, actor_for, reporter_of
from cases.case import Case, case_to_change
from cases.organisation.people import Person
from cases.progress import Change, WaitingFor, change_state
from cases.refusals import Refusal
from cases.states import State
from proof.crashes.boundaries import Boundaries, Crash
from proof.crashes.grounds import CrashGround
from proof.crashes.house import Process, running, started_again
from proof.crashes.judging import Death, breaches
from proof.simulation.second_calendar import local_day

Act = Callable[[Process], object]
Do = Callable[[Session], object]
A_SECOND = timedelta(seconds=1)
A_MINUTE = timedelta(minutes=1)  # over the lease of the clock's jobs


class NotKept(Exception):
    """Raised to roll back a transaction in which a step was only rehearsed."""


class HouseThatMayDie(RuleBasedStateMachine):
    """One database, and the expected lives of its cases. At its end the independent checker judges the database."""

    def __init__(self, ground: CrashGround, tally: Counter[str]) -> None:
        super().__init__()
        self.tally = tally
        tally["lives"] += 1
        self.house = ExitStack()
        self.world = self.house.enter_context(ground.opened(ground.first, sends=True))
        self.life: dict[str, Life] = {}
        self.deaths = self.dropped = 0
        self.gone: set[str] = set()  # people and units
        self.begins = self.world.clock.now
        self._process = ExitStack()
        self._start(running(self.world, Boundaries()))

    def lived(self, act: Act) -> bool:
        """Let the process act; return False when it crashed, after which another one has started."""
        try:
            act(self.process)
        except Crash:
            self.deaths += 1
            self.tally["deaths"] += 1
            self._process.close()
            self._start(started_again(self.world))
            return False
        return True

    def written(self, do: Do) -> bool:
        """Let the process act in one transaction; return False when it crashed."""

        def write(process: Process) -> None:
            with process.database.transaction() as session:
                do(session)

        return self.lived(write)

    def written_alone(self, do: Do) -> bool:
        """Act as `written` does, at a moment of its own, since the order of acts at one moment is undefined."""
        self.world.clock.now += A_SECOND
        lived = self.written(do)
        self.world.clock.now += A_SECOND
        return lived

    def sweep(self) -> None:
        """Let the clock look, and whatever follows happen; a process that comes after one that died does it then."""
        before = len(self.world.mail.letters)
        if not self.lived(lambda process: process.tick()):
            self.process.wait(A_MINUTE)
        self.count_dropped(before)

    def written_of(self, ref: str, do: Do) -> bool:
        """Let the process change this case; return whether that is committed, even if the process crashed."""
        before = self.version(ref)
        return self.written(do) or self.version(ref) > before

    def version(self, ref: str) -> int:
        """Return the number of the case's last event."""
        with self.process.database.reading() as session:
            return session.scalars(select(Case.version).where(Case.ref == ref)).one()

    def standing(self) -> dict[str, LifeStanding]:
        """Return the standing of each case in the database, by reference."""
        with self.process.database.reading() as session:
            return actual_standings(session)

    @contextmanager
    def rehearsal(self, ref: str) -> Iterator[tuple[Session, Case]]:
        """Open a transaction on this case that is rolled back."""
        with suppress(NotKept), self.process.database.transaction() as session:
            yield session, case_to_change(session, ref)
            raise NotKept

    def actor(self, session: Session, case: Case | None, who: str) -> Actor:
        """Return the actor of this short name; "reporter" is the case's own."""
        if who == "reporter" and case is not None:
            return reporter_of(case)
        if who == "visitor":
            return A_VISITOR
        person_id = session.scalars(select(Person.id).where(Person.email == f"{who}@prov.example")).one()
        actor = actor_for(session, person_id, on=self.day(0))
        assert actor is not None
        return actor

    def day(self, later: int) -> date:
        """Return the local day so many days from now."""
        return local_day(self.world.clock.now) + timedelta(days=later)

    def count_dropped(self, before: int) -> None:
        """Count the letters since `before` that the mail server kept without confirming, which may be sent twice."""
        if self.world.mail.mood is MailServerMood.DROP:
            self.dropped += len(self.world.mail.letters) - before

    def teardown(self) -> None:
        """Let all open work finish, and assert that nothing that it leaves behind is wrong.

        The house is closed whatever is found, since the next life is lived on the same engine.
        """
        with self.house, self._process:
            self.world.mail.mood = MailServerMood.ACCEPT
            self.process.boundaries.dies_at = None
            self.process.tick()  # nobody may have swept for weeks: what has come to be owed meanwhile is seen now
            wrong = self.process.come_to_rest()
            self.look_back()
            known = Death(self.begins, self.world.clock.now, self.deaths + self.dropped)
            wrong += breaches(self.process, known)
        assert not wrong, wrong

    def look_back(self) -> None:
        """Assert what holds when a life has come to rest."""

    def _start(self, process: object) -> None:
        self.process = self._process.enter_context(process)


def refusal_of(session: Session, case: Case, change: Change, *, by: Actor, at: datetime) -> Refusal | None:
    """Change the case's state; return the refusal, or None when the step was taken."""
    try:
        change_state(session, case, change, by=by, at=at)
    except Refusal as refusal:
        return refusal
    return None


def change_for(attempt: Attempt, given: Given, *, note: str = "Så är det.", version: int | None = None) -> Change:
    """Return the change that an attempt with these fields asks for."""
    slug = given.waits_for if given.waits_for not in {"reporter", "other"} else None
    waiting_for = WaitingFor("unit" if slug else given.waits_for or "", unit=slug, name="Trafikverket")
    return Change(
        State(attempt.to),
        note=note,
        responsible=attempt.unit,
        officer=f"{attempt.officer}@prov.example" if attempt.officer else None,
        due_on=given.due_on,
        waiting_for=waiting_for if given.waits_for else None,
        version=version,
    )
