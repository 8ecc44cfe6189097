"""Measuring during a run: depth of the broker's queues, time since the last sweep, memory and open files."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from proof.chaos.faults.processes import children_of
from proof.chaos.house.processes import ChaosHouse
from proof.chaos.house.reaching import engine_of, quick_redis
from proof.chaos.repeating import repeating

LOOKS_EVERY = 0.5
QUEUES = ("letters", "jobs", "sweeps", "mail")
PAGE = os.sysconf("SC_PAGE_SIZE")
MEGABYTE = 1024 * 1024
LAST_SWEEP = text("SELECT last_done_at FROM schedule WHERE name = 'sweep'")


@dataclass
class Samples:
    """What was measured, one figure each time: messages in all queues; memory and open files by kind of process."""

    depth: list[int] = field(default_factory=list)
    megabytes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    handles: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    silence: list[int] = field(default_factory=list)  # seconds since a sweep was last seen to be done
    last_sweep: object = None  # as Ventil wrote it: its clock may be wrong
    swept_at: float = field(default_factory=time.monotonic)


@contextmanager
def watching(house: ChaosHouse, redis_url: str | None) -> Iterator[Samples]:
    """Yield samples that grow twice a second for as long as the block runs."""
    samples = Samples()
    engine = engine_of(house.environment["VENTIL_DATABASE_URL"])

    def look() -> None:
        _look_at_processes(house, samples)
        _look_at_schedule(engine, samples)
        if redis_url:
            _look_at_broker(redis_url, samples)

    with repeating(look, "watching", LOOKS_EVERY):
        yield samples


def _look_at_broker(url: str, samples: Samples) -> None:
    try:
        with quick_redis(url) as client:
            samples.depth.append(sum(int(client.llen(f"dramatiq:{queue}")) for queue in QUEUES))
    except (redis.RedisError, OSError):
        return  # it is away: one of the faults


def _look_at_schedule(engine: Engine, samples: Samples) -> None:
    with suppress(SQLAlchemyError), engine.connect() as connection:
        last, moment = connection.execute(LAST_SWEEP).scalar(), time.monotonic()
        if last != samples.last_sweep:
            samples.last_sweep, samples.swept_at = last, moment
        samples.silence.append(int(moment - samples.swept_at))


def _look_at_processes(house: ChaosHouse, samples: Samples) -> None:
    for member in house.members.values():
        pid = member.running.pid if member.running else 0
        for one in (pid, *children_of(pid)):
            try:
                pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
                handles = len(os.listdir(f"/proc/{one}/fd"))
            except OSError:
                continue  # it has just ended
            samples.megabytes[member.kind].append(pages * PAGE // MEGABYTE)
            samples.handles[member.kind].append(handles)
