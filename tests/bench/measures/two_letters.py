"""A change with its two letters, until both are accepted: CPU and transactions, beside doing all of it in the request.

The floor is a bare Flask app that writes the same rows, builds both mails and sends them before it answers.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import text
from support.servers import services

from bench.ground.accounting import cpu_seconds
from bench.ground.bench import Bench, port_of
from bench.ground.driving import LoadOutcome, LoadRequest, drive, drive_at, wait_until
from bench.ground.houses import MeasuredHouse, floor, running
from bench.ground.mail_server import Sink, sink
from bench.measures.changing import changes, hand_ins, refuse_bad
from bench.measures.mailing import SEPARATE, commands_of, house_with_mail, until_quiet
from bench.table import BenchRow, Target, compared

LETTERS = 2
TOLD_WITHIN = 10.5  # seconds after which an idle connection of PostgreSQL has told how often it committed
A_SECOND = 10.0
LOADS: tuple[tuple[str, Callable[[int, list[LoadRequest]], LoadOutcome], int, Target | None], ...] = (
    ("1 client", partial(drive, clients=1), 400, Target(1.6)),
    ("4 clients", partial(drive, clients=4), 400, Target(1.35)),
    ("16 clients", partial(drive, clients=16), 400, None),
    ("10 a second", partial(drive_at, a_second=A_SECOND), 100, None),
)
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
FOLLOW = (
    'UPDATE "case" SET published_at = received_at',
    "INSERT INTO party (email, locale, protected) SELECT 'foljer' || id || '@example.se', 'sv', false FROM \"case\"",
    """INSERT INTO follower (case_id, party_id, asked_at, confirmed_at)
    SELECT c.id, p.id, c.received_at, c.received_at FROM "case" c
    JOIN party p ON p.email = 'foljer' || c.id || '@example.se'""",
)


@dataclass
class _Side:
    """One side as it runs: the floor, or Ventil; the ids of its processes and servers, by name."""

    name: str
    house: MeasuredHouse
    port: int
    pids: dict[str, int]

    @property
    def is_ours(self) -> bool:
        return "VENTIL_SMTP_URL" in self.house.environment


Cost = dict[str, float]  # of one change: milliseconds of CPU by process


def two_letters(bench: Bench) -> list[BenchRow]:
    """Measure a change of state until its two letters are accepted, at several loads."""
    with sink() as (handler, port), ExitStack() as stack:
        sides = (_floor(bench, stack, port), _ours(bench, stack, port))
        for side in sides:
            drive(side.port, hand_ins(side.house, bench.some(400) + 16), 2)
            _let_somebody_follow(side.house)
        until_quiet(handler, sides[1].house)
        for side in sides:
            _cost(side, handler, partial(drive, clients=2), 16)  # a server's first answers cost more
        rows = [_row(bench, sides, handler, load) for load in LOADS]
    for side in sides:
        bench.drop(side.house)
    return rows


def _floor(bench: Bench, stack: ExitStack, mail_port: int) -> _Side:
    house, port = bench.house("postgresql"), services.free_port()
    command = [*floor(house.url, port), str(mail_port), str(LETTERS)]
    (web,) = stack.enter_context(running(house, command, port=port))
    return _Side("floor", house, port, {"web": web, "PostgreSQL": bench.postgres.pid})


def _ours(bench: Bench, stack: ExitStack, mail_port: int) -> _Side:
    house = house_with_mail(bench, mail_port)
    started = stack.enter_context(running(house, *commands_of(house, SEPARATE), port=port_of(house)))
    processes = dict(zip((command[0] for command in SEPARATE), started, strict=True))
    servers = {"PostgreSQL": bench.postgres.pid, "Valkey": bench.redis.pid}
    return _Side("ours", house, port_of(house), processes | servers)


def _let_somebody_follow(house: MeasuredHouse) -> None:
    """Publish each case, and let an address of its own follow it, so that a change is told in two letters."""
    with house.database.transaction() as session:
        for statement in FOLLOW:
            session.execute(text(statement))


def _row(bench: Bench, sides: tuple[_Side, _Side], handler: Sink, load: Any) -> BenchRow:
    """Put one load on both sides in turn, for some rounds."""
    name, driven, many, target = load
    count = bench.some(many)
    commits = [_commits(side.house) for side in sides]
    rounds = [[_cost(side, handler, driven, count) for side in sides] for _ in range(bench.rounds)]
    time.sleep(TOLD_WITHIN)
    each = [(_commits(side.house) - n) / (count * bench.rounds) for side, n in zip(sides, commits, strict=True)]
    plain, ours = ([costs[n] for costs in rounds] for n in (0, 1))
    pairs = [(sum(floor.values()), sum(cost.values())) for floor, cost in zip(plain, ours, strict=True)]
    beside = f"{_told(ours)}, {each[1]:.1f} transactions (floor: {_told(plain)}, {each[0]:.1f} transactions)"
    return compared("a change with its two letters: CPU of all processes", f"PostgreSQL, Valkey, {name}",
                    "ms each", pairs, target, beside)  # fmt: skip


def _told(costs: list[Cost]) -> str:
    medians = {name: median(cost[name] for cost in costs) for name in costs[0]}
    return ", ".join(f"{name} {used:.1f}" for name, used in medians.items())


def _cost(side: _Side, handler: Sink, driven: Callable[[int, list[LoadRequest]], LoadOutcome], count: int) -> Cost:
    """Make so many changes, and wait until all their letters are accepted and recorded; return the cost of one."""
    asked = changes(side.house, count)
    handler.forget()
    before = {name: cpu_seconds([pid]) for name, pid in side.pids.items()}
    refuse_bad(side.name, driven(side.port, asked))
    wait_until(lambda: len(handler.moments) >= count * LETTERS, 120)
    if side.is_ours:
        until_quiet(handler, side.house)
    return {name: 1000 * (cpu_seconds([pid]) - before[name]) / count for name, pid in side.pids.items()}


def _commits(house: MeasuredHouse) -> int:
    """Return how many transactions the database of this installation has committed; one's own is not counted twice."""
    with psycopg.connect(services.plain_url(house.url), autocommit=True) as connection:
        row = connection.execute(COMMITS).fetchone()
    return int(row[0]) if row else 0
