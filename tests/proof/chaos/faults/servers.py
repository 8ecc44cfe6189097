"""Faults of the servers that Ventil stands on: PostgreSQL, Redis and the mail server."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from proof.chaos.faults.fault import Act, FaultScene
from proof.chaos.house.reaching import connected, quick_redis
from proof.checker import Window


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
