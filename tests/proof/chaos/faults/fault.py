"""Faults: what can go wrong around the house, each as a block that begins it and, when it ends, puts it right."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import ChaosHouse, Member
from proof.chaos.house.reaching import connected, quick_redis
from proof.checker import Window

THREADS = 5  # of one worker that may be sending: its four, and the one that looks by itself
LONGEST_WAIT, ROLLS_WITHIN = 8.0, 15.0
LATEST_CLAIM = "SELECT coalesce(max(lease_until), clock_timestamp()) FROM work"
CLAIMED_SINCE = "SELECT 1 FROM work WHERE lease_until > %s"
IS_SWEEPING = "SELECT 1 FROM schedule WHERE name = 'sweep' AND lease_until > clock_timestamp()"


@dataclass
class FaultScene:
    """What faults act upon, and what they leave behind. `stopped` are times in which nothing could be written."""

    ground: ChaosGround
    house: ChaosHouse
    database_url: str
    webs: tuple[str, ...]
    contact: str  # a token that acts as the contact person
    stopped: list[Window] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def redis_url(self) -> str | None:
        """The broker's address; None where it is in the process."""
        return self.house.environment.get("VENTIL_REDIS_URL")


Act = Callable[[FaultScene, int], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """One kind of fault. `part` is what it breaks: two faults of one part never overlap.

    `lasts` is from and to, in seconds. `doubles` is how many letters it may cause to be sent twice: those that the
    mail server has and we have not recorded.
    """

    act: Act
    part: str
    lasts: tuple[float, float] = (0.0, 0.0)
    doubles: int = 0


# --- processes ------------------------------------------------------------------------------


def killed(kind: str) -> Act:
    """Kill -9 one process of a kind."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        scene.house.kill(_one(scene, kind, which))
        yield

    return act


def stopped(kind: str) -> Act:
    """Stop one process of a kind where it stands, and let it go on later."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        member = _one(scene, kind, which)
        scene.house.pause(member)
        try:
            yield
        finally:
            scene.house.go_on(member)

    return act


def wrong_clock(kind: str, seconds: int) -> Act:
    """Let one process of a kind live some seconds ahead of the others."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        member = _one(scene, kind, which)
        scene.house.replace(member, "--ahead", str(seconds))
        try:
            yield
        finally:
            scene.house.replace(member)

    return act


@contextmanager
def rolled(scene: FaultScene, _which: int) -> Iterator[None]:
    """Ask every process to end, one after the other, and start it again: a new version is rolled out."""
    for member in scene.house.members.values():
        if not member.paused:
            scene.house.replace(member, *member.oddities)
            scene.house.await_ready(member, ROLLS_WITHIN)
    yield


@contextmanager
def sweeper_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 whatever may sweep, in the middle of a sweep."""
    end = time.monotonic() + LONGEST_WAIT
    with connected(scene.database_url) as connection:
        while connection.execute(IS_SWEEPING).fetchone() is None and time.monotonic() < end:
            time.sleep(0.001)
    for member in (*scene.house.of_kind("worker"), *scene.house.of_kind("clock")):
        scene.house.kill(member)
    yield


@contextmanager
def relaying_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 every relay, when one has just claimed work and has not yet planned it."""
    end = time.monotonic() + LONGEST_WAIT
    with connected(scene.database_url) as connection:
        before = connection.execute(LATEST_CLAIM).fetchone()
        while connection.execute(CLAIMED_SINCE, before).fetchone() is None and time.monotonic() < end:
            time.sleep(0.001)
    for member in scene.house.of_kind("relay"):
        scene.house.kill(member)
    yield


@contextmanager
def child_killed(scene: FaultScene, which: int) -> Iterator[None]:
    """Kill -9 a process that a web server has started; the server must start another."""
    member = _one(scene, "web", which)
    for pid in children_of(member.running.pid if member.running else 0)[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    yield


# --- what the house stands on --------------------------------------------------------------------


@contextmanager
def backends_terminated(scene: FaultScene, _which: int) -> Iterator[None]:
    """End every connection to the database."""
    with connected(scene.ground.postgres.url) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    yield


@contextmanager
def database_crashed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Take the database down at once, and start it again: it recovers from its log."""
    scene.ground.postgres.crash()
    begun = datetime.now(UTC)
    try:
        yield
    finally:
        scene.stopped.append(Window("database_down", begun, datetime.now(UTC)))
        scene.ground.postgres.start()


@contextmanager
def redis_emptied(scene: FaultScene, _which: int) -> Iterator[None]:
    """Forget all that rings."""
    with quick_redis(scene.ground.redis.url) as client:
        client.flushall()
    yield


@contextmanager
def redis_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 the broker, and start it again."""
    scene.ground.redis.crash()
    try:
        yield
    finally:
        scene.ground.redis.start()


@contextmanager
def redis_stopped(scene: FaultScene, _which: int) -> Iterator[None]:
    """Stop the broker where it stands: it takes connections and does not answer."""
    pid = scene.ground.redis.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def disk_full(scene: FaultScene, which: int) -> Iterator[None]:
    """Let the process write to no file any more; its clients must be told so."""
    member = _one(scene, "up", which)
    pid = member.running.pid if member.running else 0
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    begun = datetime.now(UTC)
    try:
        yield
    finally:
        scene.stopped.append(Window("disk_full", begun, datetime.now(UTC)))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def mood(name: str) -> Act:
    """Put the mail server in a bad mood."""

    @contextmanager
    def act(scene: FaultScene, _which: int) -> Iterator[None]:
        scene.ground.sink.set_mood(name)
        try:
            yield
        finally:
            scene.ground.sink.set_mood("accept")

    return act


def children_of(pid: int) -> list[int]:
    """Give the processes that this one has started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as told:
            return [int(child) for child in told.read().split()]
    except OSError:
        return []


def _one(scene: FaultScene, kind: str, which: int) -> Member:
    members = scene.house.of_kind(kind)
    return members[which % len(members)]
