"""The sweep, compared with set-based SQL that writes the same rows, and its cost when nothing is due."""

import os
import shutil
import statistics
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from support.servers import services

from bench.ground.bench import Bench, cost
from bench.ground.houses import MeasuredHouse
from bench.ground.seeding import floor_sweep, seed
from bench.table import BenchRow, Target, compared
from cases.database.transactions import Database
from cases.ladder.sweep import sweep

Cost = tuple[tuple[float, float], tuple[float, float], float, float]  # of the floor, of ours; idle; MB
MORNING = datetime(2026, 11, 24, 10, tzinfo=UTC)
SIZES = (  # (database, open cases, due cases, target)
    ("postgresql", 1_000_000, 100_000, Target(3.0)),
    ("postgresql", 100_000, 10_000, Target(5.0)),
    ("sqlite", 100_000, 10_000, Target(5.0)),
)


def sweeping(bench: Bench) -> list[BenchRow]:
    """Measure the sweep at several sizes, with 1,000 due of 10,000 and of 100,000, and with nothing due."""
    sizes = [size for size in SIZES if size[1] <= bench.most]
    rows = [row for kind, count, due, target in sizes for row in _compared(bench, kind, count, due, target)]
    return rows + [row for kind in ("postgresql", "sqlite") for row in _grown(bench, kind)]


def _compared(bench: Bench, kind: str, count: int, due: int, target: Target) -> list[BenchRow]:
    house, where = _seeded(bench, kind, count, due), f"{kind}, {due:,} due of {count:,}"
    rounds = [_once(bench, house, floor_first=number % 2 == 0) for number in range(bench.rounds)]
    bench.drop(house)
    plain, ours, idle, grown = zip(*rounds, strict=True)
    return [
        compared("sweep: time", where, "s", [(f[0], o[0]) for f, o in zip(plain, ours, strict=True)], target),
        compared("sweep: CPU of all processes", where, "s", [(f[1], o[1]) for f, o in zip(plain, ours, strict=True)]),
        BenchRow("sweep: memory on top", where, "MB", max(grown)),
        BenchRow("sweep: nothing due", f"{kind}, {count:,} open", "s", statistics.median(idle),
            target=Target(0.1, of="ours")),
    ]  # fmt: skip


def _once(bench: Bench, house: MeasuredHouse, *, floor_first: bool) -> Cost:
    """Sweep a copy of the database by SQL and one by Ventil.

    Return (seconds, CPU seconds) of each, the seconds of a sweep with nothing due, and the MB that Ventil's took.
    """
    plain, own = (_copy(bench, house) for _ in range(2))
    pids = bench.pids(house, [])
    floor_cost = cost(lambda: floor_sweep(plain, MORNING), pids) if floor_first else None
    before = _peak(reset=True)
    ours = cost(lambda: sweep(own, now=MORNING), pids)
    grown = _peak() - before
    floor_cost = floor_cost or cost(lambda: floor_sweep(plain, MORNING), pids)
    idle = cost(lambda: sweep(own, now=MORNING))[0]
    for database in (plain, own):
        _drop(bench, database)
    return floor_cost, ours, idle, grown


def _grown(bench: Bench, kind: str) -> list[BenchRow]:
    """Compare a sweep of 1,000 due cases among 10,000 open ones with one among 100,000."""
    few, many = _seeded(bench, kind, 10_000, 1_000), _seeded(bench, kind, 100_000, 1_000)
    pairs = []
    for _ in range(2 * bench.rounds + 1):  # short sweeps vary much
        copies = [_copy(bench, house) for house in (few, many)]
        pids = bench.pids(few, [])
        pairs.append([cost(partial(sweep, copy, now=MORNING), pids) for copy in copies])
        for database in copies:
            _drop(bench, database)
    for house in (few, many):
        bench.drop(house)
    what, (times, used) = "sweep: 1,000 due, of 10,000 | of 100,000 open", zip(*map(_apart, pairs), strict=True)
    return [
        compared(f"{what}: time", kind, "s", list(times), Target(1.3)),
        compared(f"{what}: CPU", kind, "s", list(used)),
    ]


def _apart(pair: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the wall-clock seconds of both, and the CPU seconds of both."""
    return tuple(seconds for seconds, _ in pair), tuple(used for _, used in pair)


def _seeded(bench: Bench, kind: str, count: int, due: int) -> MeasuredHouse:
    house = bench.house(kind)
    seed(house.database, bench.few(count), bench.few(due) // (2 if bench.quick else 1), MORNING)
    house.database.close()
    return house


def _copy(bench: Bench, house: MeasuredHouse) -> Database:
    """Return a copy of the database, flushed to disk so that nothing of it is written while we measure."""
    if house.database.is_sqlite:
        path = bench.place() / "copy.sqlite3"
        shutil.copy(house.url.removeprefix("sqlite:///"), path)
        with path.open("rb") as written:
            os.fsync(written.fileno())
        return Database(f"sqlite:///{path}", house.database.calendar)
    name = bench.place().name
    url = services.fresh_database(bench.postgres.url, f"copy{name}", template=house.url.rpartition("/")[2])
    return Database(url, house.database.calendar)


def _drop(bench: Bench, database: Database) -> None:
    database.close()
    if database.is_sqlite:
        shutil.rmtree(Path(database.url.removeprefix("sqlite:///")).parent)
    else:
        services.drop_database(bench.postgres.url, database.url.rpartition("/")[2])


def _peak(*, reset: bool = False) -> float:
    """Return the peak memory of this process since the last reset, in MB."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
