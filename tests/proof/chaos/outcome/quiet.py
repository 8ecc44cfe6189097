"""After the faults: everything is put right, and the installation must then work off all that is pending by itself."""

import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

import redis
from sqlalchemy import bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from cases.database.base import UtcDateTime
from proof.chaos.faults import poison
from proof.chaos.faults.fault import FaultScene
from proof.chaos.house.reaching import engine_of, quick_redis
from proof.checker import InvariantBreach, Restart, mails_in, mails_lying_in

LOOKS_EVERY = 0.5
GATHERS = """
    WITH gathers AS (  -- comments or alarms, for an hour at most
        SELECT d.id FROM delivery d JOIN delivery_line l ON l.delivery_id = d.id JOIN event e ON e.id = l.event_id
        WHERE d.outcome = 'waiting' AND d.claims = 0 AND d.next_attempt_at > :end
        GROUP BY d.id HAVING max(CASE WHEN e.type IN ('case.commented', 'house.set_aside') THEN 0 ELSE 1 END) = 0)"""
TOO_LATE = """(SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail' AND next_attempt_at > :end
    AND held_for IS NULL AND id NOT IN (SELECT id FROM gathers))"""
PENDING = {
    "outbox entries": "(SELECT count(*) FROM work WHERE done_at IS NULL AND set_aside_at IS NULL)",
    "event batches": "(SELECT count(*) FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL)",
    "mails": "(SELECT count(*) FROM inbound WHERE outcome = 'waiting')",
    "letters": """(SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail'
        AND (held_for IS NULL OR next_attempt_at <= :end) AND id NOT IN (SELECT id FROM gathers))""",
    "late sweeps": "(SELECT count(*) FROM schedule WHERE name = 'sweep' AND next_at < :long_ago)",
}
LEFT = text(f"{GATHERS} SELECT {', '.join([TOO_LATE, *PENDING.values()])}").bindparams(
    bindparam("end", type_=UtcDateTime()), bindparam("long_ago", type_=UtcDateTime())
)
LATE = timedelta(seconds=10)
ENOUGH_LOOKS = 6  # in a row: work may be between two tables in one of them
STILL_LOOKS = 20  # in a row, in which nothing more was done
RESTS = 10.0  # seconds in which what would be sent again would have been sent


@dataclass(frozen=True)
class Backlog:
    """How many pieces of work are pending, and how many letters among them are due only after the run stops waiting.

    `kinds` says in words what is pending.
    """

    pending: int
    too_late: int
    kinds: str = field(default="", compare=False)


class RestState(Enum):
    """Whether there is still work to wait for."""

    NOT_YET = "something is pending"
    DRAINED = "nothing is pending"
    HOPELESS = "what is pending is due after the run stops waiting"


def put_right(scene: FaultScene) -> None:
    """End every fault: mail servers, stopped processes, wrong clocks, events of an unknown type."""
    scene.ground.sink.set_mood("accept")
    scene.ground.dovecot.resume()
    scene.ground.dovecot.start()
    for member in scene.house.members.values():
        scene.house.resume(member)
        if member.launch_options:
            scene.house.restart(member)
    if not scene.database_url.startswith("sqlite"):
        poison.mark_unknown_events_done(scene)


def drained_after(database_url: str, patience: float, maildir: Path | None = None) -> float | None:
    """Wait until nothing is pending, and no mail lies in the inbox of which `maildir` is the folder.

    Return the seconds that took, None when `patience` (seconds) does not suffice.
    """
    begun, end = time.monotonic(), datetime.now(UTC) + timedelta(seconds=patience)
    looks: deque[Backlog] = deque(maxlen=STILL_LOOKS)
    while time.monotonic() - begun < patience:
        left = backlog_of(database_url, end)
        unread = len(mails_lying_in(maildir)) if maildir else 0
        looks.append(Backlog(left.pending + unread, left.too_late))
        match rest_state(looks):
            case RestState.DRAINED:
                return max(0.0, time.monotonic() - begun - ENOUGH_LOOKS * LOOKS_EVERY)
            case RestState.HOPELESS:
                return None
        time.sleep(LOOKS_EVERY)
    return None


def undrained(rested: float | None, patience: float, left: Backlog) -> list[InvariantBreach]:
    """Return the breach of a run whose backlog was not drained (`rested` is None) and still is `left`, else nothing."""
    if rested is not None:
        return []
    return [InvariantBreach("I7", f"not drained, nor would it be within {patience:.0f} s: {left.kinds or 'a mail'}")]


def rest_state(looks: Iterable[Backlog]) -> RestState:
    """Return from the last looks, oldest first, whether to go on waiting."""
    seen = list(looks)
    if len(seen) >= ENOUGH_LOOKS and not any(left.pending for left in seen[-ENOUGH_LOOKS:]):
        return RestState.DRAINED
    stands_still = len(seen) >= STILL_LOOKS and len(set(seen[-STILL_LOOKS:])) == 1
    return RestState.HOPELESS if stands_still and seen[-1].too_late else RestState.NOT_YET


def backlog_of(database_url: str, end: datetime) -> Backlog:
    """Count what is pending, and the letters of it that are due after `end`; one thing when the database is away."""
    moments = {"end": end, "long_ago": datetime.now(UTC) - LATE}
    with suppress(SQLAlchemyError), engine_of(database_url).connect() as connection:
        too_late, *counts = connection.execute(LEFT, moments).one()
        return Backlog(
            sum(counts), too_late, ", ".join(f"{n} {what}" for what, n in zip(PENDING, counts, strict=True) if n)
        )
    return Backlog(1, 0, "the database is away")


def wiped_and_restarted(scene: FaultScene) -> Restart:
    """Empty Redis, kill every process and wait ten seconds; return how many mails there were before and after."""
    before = sum(1 for _ in mails_in(scene.ground.sink.folder))
    with suppress(redis.RedisError), quick_redis(scene.ground.redis.url) as client:
        client.flushall()
    for member in scene.house.members.values():
        scene.house.kill(member)
    time.sleep(RESTS)
    return Restart("wiped and restarted", before, sum(1 for _ in mails_in(scene.ground.sink.folder)))
