"""The sweep of crash points: a journey dies before and after each of its boundaries, and comes to the same end."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy import text

from cases.database.transactions import Database
from notifications.sending.sending import deliver_some
from proof.crashes.boundaries import Boundaries, BoundarySide, Crash, Place, Point
from proof.crashes.grounds import CrashGround, KeptWorld
from proof.crashes.house import World, running, started_again
from proof.crashes.journeys.journey import Journey, Step
from proof.crashes.judging import Death, breaches
from workers.relay.loop import relay_once
from workers.schedule.scheduler import run_job

LASTS = ("database: commit", "mail: DATA", "file: fsync", "file: rename", "file: replace", "file: unlink")
IN_FLIGHT = "mail: DATA"
WIRE = {relay_once.__qualname__, deliver_some.__qualname__, run_job.__qualname__}
Told = Counter[tuple[object, ...]]
TOLD = """
    SELECT c.title, e.seq, e.type, coalesce(a.email_normalised, p.phone, d.recipient), d.outcome
    FROM delivery_line l JOIN event e ON e.id = l.event_id JOIN delivery d ON d.id = l.delivery_id
    JOIN "case" c ON c.id = e.stream
    LEFT JOIN address a ON a.id = d.address_id LEFT JOIN party p ON p.id = d.party_id"""


class Broken(AssertionError):
    """A guarantee did not hold after a crash; the message says where the process died, and what was found."""


class Length(Enum):
    """How much is tried.

    In short, once for each state that a death can leave behind: dying before the next boundary leaves what dying after
    this one left, and so does dying around what does not last. In relay, delivery and the clock's jobs, which do the
    same for every act and every rung, once in a journey for each place in their code. At length, on both sides of
    every boundary, and the journey is then taken to its end.
    """

    SHORT = "short"
    FULL = "full"


@dataclass
class CrashCounts:
    """What a sweep did: the boundaries by kind, and how many crashes the house survived."""

    boundaries: Counter[str] = field(default_factory=Counter)
    crashes: int = 0

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.boundaries.items()))
        return f"{self.boundaries.total()} boundaries ({kinds}), {self.crashes} crashes survived"


class Sweep:
    """One journey on one ground. It is taken unharmed at once, to know where its boundaries lie and how it ends."""

    def __init__(self, ground: CrashGround, journey: Journey) -> None:
        self.ground, self.journey = ground, journey
        self._begin(ground.first)
        for step in journey.before:
            self._take(step)
        self._begin(self._kept[-1])
        for step in journey.steps:
            self._take(step)

    def _begin(self, kept: KeptWorld) -> None:
        self.counts = CrashCounts()
        self._kept, self._told, self._crossed = [kept], [Told()], list[Boundaries]()

    def run(self, length: Length) -> CrashCounts:
        """Die at every point of every step; raises `Broken` at the first breach."""
        known: set[Place] = set()
        for number, crossed in enumerate(self._crossed):
            for point in POINTS[length](crossed, known):
                with self._opened(self._kept[number]) as world:
                    self._die_and_go_on(world, number, point, GOES_ON[length])
        return self.counts

    def _take(self, step: Step) -> None:
        with self._opened(self._kept[-1]) as world:
            boundaries = Boundaries()
            lives_through(world, step, boundaries)
            with started_again(world) as process:
                if found := process.pending() + breaches(process, Death(world.clock.now, world.clock.now, 0)):
                    raise Broken(f"{self.journey.name}, without any crash: {found}")
            self._crossed.append(boundaries)
            self.counts.boundaries.update(boundaries.crossed)
            self._kept.append(self.ground.keep(world))
            self._told.append(told(world.database))

    def _die_and_go_on(self, world: World, number: int, point: Point, most: int) -> None:
        """Die, come to rest, be judged; then take the step again, since nobody heard of it, and at most `most` steps.

        By then everybody has been told the same as in a journey that met no crash.
        """
        steps = self.journey.steps[number : number + most]
        boundaries = Boundaries(point)
        if lives_through(world, steps[0], boundaries):
            raise Broken(f"{self.journey.name}, step {number + 1}: not the same boundaries each time")
        self.counts.crashes += 1
        in_flight = boundaries.lasting(LASTS)[-1:] == [IN_FLIGHT]
        death = Death(world.clock.now, world.clock.now, int(in_flight))
        with started_again(world) as process:
            found = process.come_to_rest() + breaches(process, death)
            for step in steps:
                step(process)
                process.settle()
            found += _differences(told(process.database), self._told[number + len(steps)]) + process.troubles()
        if found:
            raise Broken(f"{self.journey.name}, step {number + 1}, died {point} {boundaries.crossed[-1]}: {found}")

    def _opened(self, kept: KeptWorld) -> AbstractContextManager[World]:
        return self.ground.opened(kept, sends=self.journey.sends)


def lives_through(world: World, step: Step, boundaries: Boundaries) -> bool:
    """Let one process take the step and what follows from it; say whether it was still alive at the end."""
    try:
        with running(world, boundaries) as process:
            step(process)
            _refuse_swallowed(boundaries)
            process.settle()
    except Crash:
        return False
    _refuse_swallowed(boundaries)
    return True


def _refuse_swallowed(boundaries: Boundaries) -> None:
    if boundaries.is_dead:
        raise Broken(f"a crash was swallowed at {boundaries.crossed[-1]}")


def told(database: Database) -> Told:
    """Give who was told of what about which case, and how that ended."""
    with database.reading() as session:
        return Counter(tuple(row) for row in session.execute(text(TOLD)))


def every_point(along: Boundaries, _known: set[Place]) -> Iterator[Point]:
    """Give both sides of every boundary."""
    for number, _ in enumerate(along.crossed, 1):
        yield Point(number, BoundarySide.BEFORE)
        yield Point(number, BoundarySide.AFTER)


def every_state(along: Boundaries, known: set[Place]) -> Iterator[Point]:
    """Give one point for each state that a death can leave behind; `known` are the places of the wire met before."""
    if along.crossed:
        yield Point(1, BoundarySide.BEFORE)
    for number, (what, place) in enumerate(zip(along.crossed, along.places, strict=True), 1):
        if what in LASTS and place not in known:
            yield Point(number, BoundarySide.AFTER)
        if WIRE & {function for function, _ in place}:
            known.add(place)


POINTS = {Length.SHORT: every_state, Length.FULL: every_point}
GOES_ON = {Length.SHORT: 1, Length.FULL: 1000}


def _differences(found: Told, expected: Told) -> list[str]:
    lost = [f"not told: {row}" for row in expected - found]
    return lost + [f"told for nothing: {row}" for row in found - expected]
