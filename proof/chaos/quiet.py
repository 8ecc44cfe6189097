"""Quiet: after the faults everything is put right, and the house must come to rest by itself."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import redis
from sqlalchemy import bindparam, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from cases.database import UtcDateTime
from proof.chaos import poison
from proof.chaos.faults import Scene
from proof.checker import Restart, kept_in

LOOKS_EVERY = 0.5
PENDING = text("""
    SELECT (SELECT count(*) FROM work WHERE done_at IS NULL AND set_aside_at IS NULL)
         + (SELECT count(*) FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL)
         + (SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail')
         + (SELECT count(*) FROM schedule WHERE name = 'sweep' AND next_at < :long_ago)""")
LATE = timedelta(seconds=10)
ENOUGH_LOOKS = 6  # in a row, so that nothing is between two of these
RESTS = 10.0  # seconds in which a house that was wiped and started again would send what it sends again


def put_right(scene: Scene) -> None:
    """Let every process go on, with its clock right, and let nobody be confused any more."""
    scene.ground.sink.be("accept")
    for member in scene.house.members.values():
        scene.house.go_on(member)
        if member.oddities:
            scene.house.replace(member)
    if not scene.database_url.startswith("sqlite"):
        poison.learn(scene)


def drained_after(database_url: str, patience: float) -> float | None:
    """Wait until nothing is pending; give how long that took, in seconds, or None when it never was."""
    begun, looks = time.monotonic(), 0
    while time.monotonic() - begun < patience:
        looks = looks + 1 if pending(database_url) == 0 else 0
        if looks == ENOUGH_LOOKS:
            return max(0.0, time.monotonic() - begun - ENOUGH_LOOKS * LOOKS_EVERY)
        time.sleep(LOOKS_EVERY)
    return None


def pending(database_url: str) -> int:
    """Count what is still to be done; 1 when that cannot be seen."""
    engine = create_engine(database_url, poolclass=NullPool)
    long_ago = bindparam("long_ago", datetime.now(UTC) - LATE, type_=UtcDateTime())
    with suppress(SQLAlchemyError), engine.connect() as connection:
        return int(connection.execute(PENDING.bindparams(long_ago)).scalar_one())
    return 1


def wiped_and_restarted(scene: Scene) -> Restart:
    """Empty the broker, kill everything and let it start again: nothing may be sent again."""
    before = sum(1 for _ in kept_in(scene.ground.sink.folder))
    with suppress(redis.RedisError), redis.Redis.from_url(scene.ground.redis.url) as client:
        client.flushall()
    for member in scene.house.members.values():
        scene.house.kill(member)
    time.sleep(RESTS)
    return Restart("wiped and restarted", before, sum(1 for _ in kept_in(scene.ground.sink.folder)))
