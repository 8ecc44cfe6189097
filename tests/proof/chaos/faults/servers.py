"""Faults of the servers that Ventil stands on: PostgreSQL, Redis and the mail server."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from proof.chaos.faults.fault import Act, FaultScene
from proof.chaos.house.reaching import connect, quick_redis
from proof.checker import Window


@contextmanager
def backends_terminated(scene: FaultScene, _which: int) -> Iterator[None]:
    """End every connection to the database."""
    with connect(scene.ground.postgres.url) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    yield


@contextmanager
def database_crashed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Take PostgreSQL down without a shutdown, and start it again: it recovers from its log."""
    scene.ground.postgres.crash()
    begun = datetime.now(UTC)
    try:
        yield
    finally:
        scene.stopped.append(Window("database_down", begun, datetime.now(UTC)))
        scene.ground.postgres.start()


@contextmanager
def redis_emptied(scene: FaultScene, _which: int) -> Iterator[None]:
    """Delete every message of the broker."""
    with quick_redis(scene.ground.redis.url) as client:
        client.flushall()
    yield


@contextmanager
def redis_killed(scene: FaultScene, _which: int) -> Iterator[None]:
    """Kill -9 Redis, and start it again."""
    scene.ground.redis.crash()
    try:
        yield
    finally:
        scene.ground.redis.start()


@contextmanager
def redis_stopped(scene: FaultScene, _which: int) -> Iterator[None]:
    """Stop Redis with SIGSTOP: it takes connections and does not answer."""
    pid = scene.ground.redis.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def mood(name: str) -> Act:
    """Return the fault that gives the fake mail server this mood, and later "accept"."""

    @contextmanager
    def act(scene: FaultScene, _which: int) -> Iterator[None]:
        scene.ground.sink.set_mood(name)
        try:
            yield
        finally:
            scene.ground.sink.set_mood("accept")

    return act
