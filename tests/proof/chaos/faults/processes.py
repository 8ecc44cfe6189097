"""Faults of Ventil's own processes: killed, stopped, replaced, with a wrong clock or a full disk."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from proof.chaos.faults.fault import Act, FaultScene, nth_member
from proof.chaos.house.reaching import connect
from proof.checker import Window

THREADS = 5  # of one worker that may be sending: four that hear the bell, and one that looks by itself
LONGEST_WAIT, ROLLS_WITHIN = 8.0, 15.0
LATEST_CLAIM = "SELECT coalesce(max(lease_until), clock_timestamp()) FROM work"
CLAIMED_SINCE = "SELECT 1 FROM work WHERE lease_until > %s"
IS_SWEEPING = "SELECT 1 FROM schedule WHERE name = 'sweep' AND lease_until > clock_timestamp()"


def killed(kind: str) -> Act:
    """Return the fault that kills one process of a kind with -9."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        scene.house.kill(nth_member(scene, kind, which))
        yield

    return act


def stopped(kind: str) -> Act:
    """Return the fault that stops one process of a kind with SIGSTOP, and later continues it."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        member = nth_member(scene, kind, which)
        scene.house.pause(member)
        try:
            yield
        finally:
            scene.house.resume(member)

    return act


def wrong_clock(kind: str, seconds: int) -> Act:
    """Return the fault that restarts one process of a kind with a clock so many seconds ahead."""

    @contextmanager
    def act(scene: FaultScene, which: int) -> Iterator[None]:
        member = nth_member(scene, kind, which)
        scene.house.restart(member, "--ahead", str(seconds))
        try:
            yield
        finally:
            scene.house.restart(member)

    return act


@contextmanager
def rolled(scene: FaultScene, _which: int) -> Iterator[None]:
    """Restart every process, one after the other, as the rollout of a new version does."""
    for member in scene.house.members.values():
        if not member.paused:
            scene.house.restart(member, *member.launch_options)
            scene.house.await_ready(member, ROLLS_WITHIN)
    yield


@contextmanager
def sweeper_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 every worker and clock, in the middle of a sweep."""
    end = time.monotonic() + LONGEST_WAIT
    with connect(scene.database_url) as connection:
        while connection.execute(IS_SWEEPING).fetchone() is None and time.monotonic() < end:
            time.sleep(0.001)
    for member in (*scene.house.of_kind("worker"), *scene.house.of_kind("clock")):
        scene.house.kill(member)
    yield


@contextmanager
def relaying_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 every relay, when one has just claimed work and has not yet planned it."""
    end = time.monotonic() + LONGEST_WAIT
    with connect(scene.database_url) as connection:
        before = connection.execute(LATEST_CLAIM).fetchone()
        while connection.execute(CLAIMED_SINCE, before).fetchone() is None and time.monotonic() < end:
            time.sleep(0.001)
    for member in scene.house.of_kind("relay"):
        scene.house.kill(member)
    yield


@contextmanager
def child_killed(scene: FaultScene, which: int) -> Iterator[None]:
    """Kill -9 a child process of a web server; the server must start another."""
    member = nth_member(scene, "web", which)
    for pid in children_of(member.running.pid if member.running else 0)[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    yield


@contextmanager
def disk_full(scene: FaultScene, which: int) -> Iterator[None]:
    """Let the process write to no file any more, as on a full disk; no request may then be answered with success."""
    member = nth_member(scene, "up", which)
    scene.house.await_ready(member, ROLLS_WITHIN)
    with member.lock:  # no other fault may start it anew meanwhile: the new process would have room
        pid = member.running.pid if member.running else 0
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        begun = datetime.now(UTC)
        try:
            yield
        finally:
            scene.stopped.append(Window("disk_full", begun, datetime.now(UTC)))
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def children_of(pid: int) -> list[int]:
    """Return the ids of the child processes."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as told:
            return [int(child) for child in told.read().split()]
    except OSError:
        return []
