"""The sweep of crash points: the process dies at each boundary of a journey in turn, and the end must be the same."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from itertools import takewhile

from sqlalchemy import text

from cases.database.transactions import Database
from notifications.sending.accepted_letters import MOST_UNRECORDED
from notifications.sending.sending import deliver_some
from proof.crashes.boundaries import Boundaries, BoundarySide, Crash, Place, Point
from proof.crashes.grounds import CrashGround, KeptWorld
from proof.crashes.house import World, running, started_again
from proof.crashes.journeys.journey import Journey, Step
from proof.crashes.judging import Death, breaches
from workers.relay.loop import relay_once
from workers.schedule.scheduler import run_job

LASTING = (
    *("database: commit", "mail: DATA", "file: fsync", "file: rename", "file: replace", "file: unlink"),
    *("imap: CREATE", "imap: MOVE", "imap: COPY", "imap: STORE", "imap: EXPUNGE"),
)
IN_FLIGHT = "mail: DATA"
REPEATED_WORK = {relay_once.__qualname__, deliver_some.__qualname__, run_job.__qualname__}
DeliveryCounts = Counter[tuple[object, ...]]
DELIVERIES = """
    SELECT c.title, e.seq, e.type, coalesce(a.email_normalised, p.phone, d.recipient), d.outcome
    FROM delivery_line l JOIN event e ON e.id = l.event_id JOIN delivery d ON d.id = l.delivery_id
    JOIN "case" c ON c.id = e.stream
    LEFT JOIN address a ON a.id = d.address_id LEFT JOIN party p ON p.id = d.party_id"""


class Broken(AssertionError):
    """An invariant did not hold after a crash; the message says where the process died, and what was found."""


class Length(Enum):
    """At how many boundaries a crash is tried.

    FULL: on both sides of every boundary; the journey is then taken to its end. SHORT: once for each state that a crash
    can leave behind. Dying before a boundary leaves the same state as dying after the one before it, and dying around a
    call that makes nothing lasting leaves no new state. Relay, delivery and scheduled jobs run the same code for every
    event and every rung: there, one crash is tried per journey for each place in that code.
    """

    SHORT = "short"
    FULL = "full"


@dataclass
class CrashCounts:
    """What a sweep did: how many boundaries there are of each kind, and how many crashes were survived."""

    boundaries: Counter[str] = field(default_factory=Counter)
    crashes: int = 0

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.boundaries.items()))
        return f"{self.boundaries.total()} boundaries ({kinds}), {self.crashes} crashes survived"


class Sweep:
    """One journey on one ground. It is first taken without a crash, to learn its boundaries and how it must end."""

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
        self._kept, self._deliveries, self._crossed = [kept], [DeliveryCounts()], list[Boundaries]()

    def run(self, length: Length) -> CrashCounts:
        """Crash at every point of every step, and return the counts; raises `Broken` at the first breach."""
        known: set[Place] = set()
        for number, crossed in enumerate(self._crossed):
            for point in POINTS[length](crossed, known, self.journey.tried_in):
                with self._opened(self._kept[number]) as world:
                    self._die_and_continue(world, number, point, STEPS_AFTER[length])
        return self.counts

    def _take(self, step: Step) -> None:
        with self._opened(self._kept[-1]) as world:
            boundaries = Boundaries()
            survives(world, step, boundaries)
            with started_again(world) as process:
                if found := process.pending() + breaches(process, Death(world.clock.now, world.clock.now, 0)):
                    raise Broken(f"{self.journey.name}, without any crash: {found}")
            self._crossed.append(boundaries)
            self.counts.boundaries.update(boundaries.crossed)
            self._kept.append(self.ground.keep(world))
            self._deliveries.append(count_deliveries(world.database))

    def _die_and_continue(self, world: World, number: int, point: Point, most: int) -> None:
        """Crash, come to rest and judge; then take the step again, since it was not answered, and at most `most` steps.

        Deliveries must then be the same as in the journey without a crash.
        """
        steps = self.journey.steps[number : number + most]
        boundaries = Boundaries(point)
        if survives(world, steps[0], boundaries):
            raise Broken(f"{self.journey.name}, step {number + 1}: not the same boundaries each time")
        self.counts.crashes += 1
        unrecorded = takewhile(IN_FLIGHT.__eq__, reversed(boundaries.lasting(LASTING)))
        death = Death(world.clock.now, world.clock.now, min(len(list(unrecorded)), MOST_UNRECORDED))
        with started_again(world) as process:
            found = process.come_to_rest() + breaches(process, death)
            for step in steps:
                step(process)
                process.settle()
            found += (
                _differences(count_deliveries(process.database), self._deliveries[number + len(steps)])
                + process.troubles()
            )
        if found:
            raise Broken(f"{self.journey.name}, step {number + 1}, died {point} {boundaries.crossed[-1]}: {found}")

    def _opened(self, kept: KeptWorld) -> AbstractContextManager[World]:
        return self.ground.opened(kept, sends=self.journey.sends, reads=self.journey.mailbox)


def survives(world: World, step: Step, boundaries: Boundaries) -> bool:
    """Let one process take the step and do what follows from it; return whether it was alive at the end."""
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


def count_deliveries(database: Database) -> DeliveryCounts:
    """Count deliveries by title of the case, seq and type of the event, recipient, and outcome."""
    with database.reading() as session:
        return Counter(tuple(row) for row in session.execute(text(DELIVERIES)))


def every_point(along: Boundaries, _known: set[Place], _tried_in: frozenset[str]) -> Iterator[Point]:
    """Return both sides of every boundary."""
    for number, _ in enumerate(along.crossed, 1):
        yield Point(number, BoundarySide.BEFORE)
        yield Point(number, BoundarySide.AFTER)


def every_state(along: Boundaries, known: set[Place], tried_in: frozenset[str]) -> Iterator[Point]:
    """Return one point for each state that a crash can leave behind, within these functions unless there are none.

    `known` are the call stacks in repeated work that were met before; new ones are added.
    """
    if along.crossed and not tried_in:
        yield Point(1, BoundarySide.BEFORE)
    for number, (what, place) in enumerate(zip(along.crossed, along.places, strict=True), 1):
        functions = {function for function, _ in place}
        if what in LASTING and place not in known and (not tried_in or tried_in & functions):
            yield Point(number, BoundarySide.AFTER)
        if REPEATED_WORK & functions:
            known.add(place)


POINTS = {Length.SHORT: every_state, Length.FULL: every_point}
STEPS_AFTER = {Length.SHORT: 1, Length.FULL: 1000}


def _differences(found: DeliveryCounts, expected: DeliveryCounts) -> list[str]:
    lost = [f"not told: {row}" for row in expected - found]
    return lost + [f"told for nothing: {row}" for row in found - expected]
