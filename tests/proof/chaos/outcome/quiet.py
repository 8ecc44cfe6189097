"""Quiet: after the faults everything is put right, and the house must come to rest by itself."""

import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

import redis
from sqlalchemy import bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from cases.database.base import UtcDateTime
from proof.chaos.faults import poison
from proof.chaos.faults.fault import FaultScene
from proof.chaos.house.reaching import engine_of, quick_redis
from proof.checker import InvariantBreach, Restart, kept_in

LOOKS_EVERY = 0.5
LEFT = text("""
    SELECT (SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail' AND next_attempt_at > :end)
           AS too_late,
           (SELECT count(*) FROM work WHERE done_at IS NULL AND set_aside_at IS NULL)
         + (SELECT count(*) FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL)
         + (SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail')
         + (SELECT count(*) FROM schedule WHERE name = 'sweep' AND next_at < :long_ago)
           AS pending""").bindparams(bindparam("end", type_=UtcDateTime()), bindparam("long_ago", type_=UtcDateTime()))
LATE = timedelta(seconds=10)
ENOUGH_LOOKS = 6  # in a row, so that nothing is between two of these
STILL_LOOKS = 20  # in a row, in which nothing more was done
RESTS = 10.0  # seconds in which a house that was wiped and started again would send what it sends again


@dataclass(frozen=True)
class Left:
    """What is still to be done, and how many letters of it wait for longer than anybody here does."""

    pending: int
    too_late: int


class Rest(Enum):
    """What there is to wait for."""

    NOT_YET = "something is still to be done"
    DRAINED = "nothing is"
    HOPELESS = "what is left waits for longer than we do"


def put_right(scene: FaultScene) -> None:
    """Let every process go on, with its clock right, and let nobody be confused any more."""
    scene.ground.sink.set_mood("accept")
    for member in scene.house.members.values():
        scene.house.go_on(member)
        if member.oddities:
            scene.house.replace(member)
    if not scene.database_url.startswith("sqlite"):
        poison.learn(scene)


def drained_after(database_url: str, patience: float) -> float | None:
    """Wait until nothing is pending; give how long that took, in seconds, or None when it cannot be in so many."""
    begun, end = time.monotonic(), datetime.now(UTC) + timedelta(seconds=patience)
    looks: deque[Left] = deque(maxlen=STILL_LOOKS)
    while time.monotonic() - begun < patience:
        looks.append(left_of(database_url, end))
        match rest_of(looks):
            case Rest.DRAINED:
                return max(0.0, time.monotonic() - begun - ENOUGH_LOOKS * LOOKS_EVERY)
            case Rest.HOPELESS:
                return None
        time.sleep(LOOKS_EVERY)
    return None


def unrest(rested: float | None, patience: float) -> list[InvariantBreach]:
    """Give what there is to complain of when a house did not come to rest."""
    return (
        [] if rested is not None else [InvariantBreach("I7", f"not drained, nor would it be within {patience:.0f} s")]
    )


def rest_of(looks: Iterable[Left]) -> Rest:
    """Say from the last looks, oldest first, what there is to wait for."""
    seen = list(looks)
    if len(seen) >= ENOUGH_LOOKS and not any(left.pending for left in seen[-ENOUGH_LOOKS:]):
        return Rest.DRAINED
    stands_still = len(seen) >= STILL_LOOKS and len(set(seen[-STILL_LOOKS:])) == 1
    return Rest.HOPELESS if stands_still and seen[-1].too_late else Rest.NOT_YET


def left_of(database_url: str, end: datetime) -> Left:
    """Count what is still to be done, and which of it is put off beyond `end`; one thing when that cannot be seen."""
    moments = {"end": end, "long_ago": datetime.now(UTC) - LATE}
    with suppress(SQLAlchemyError), engine_of(database_url).connect() as connection:
        row = connection.execute(LEFT, moments).one()
        return Left(int(row.pending), int(row.too_late))
    return Left(1, 0)


def wiped_and_restarted(scene: FaultScene) -> Restart:
    """Empty the broker, kill everything and let it start again: nothing may be sent again."""
    before = sum(1 for _ in kept_in(scene.ground.sink.folder))
    with suppress(redis.RedisError), quick_redis(scene.ground.redis.url) as client:
        client.flushall()
    for member in scene.house.members.values():
        scene.house.kill(member)
    time.sleep(RESTS)
    return Restart("wiped and restarted", before, sum(1 for _ in kept_in(scene.ground.sink.folder)))
