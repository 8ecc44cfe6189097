"""The start of the command line: `ventil sweep` with nothing due, compared with importing SQLAlchemy alone."""

import os
import subprocess
import sys
import time

from bench.ground.bench import Bench
from bench.ground.houses import MeasuredHouse, ventil
from bench.table import BenchRow, Target, compared

TIMES = 10


def starting(bench: Bench) -> list[BenchRow]:
    """Measure a command with nothing to do, compared with `python -c "import sqlalchemy"`."""
    house = bench.house("sqlite")
    plain = [sys.executable, "-c", "import sqlalchemy"]
    rounds = [(_run(plain, house), _run(ventil("sweep"), house)) for _ in range(2 if bench.quick else TIMES)]
    bench.drop(house)
    cpu = [(floor[1], ours[1]) for floor, ours in rounds]
    wall = [(floor[0], ours[0]) for floor, ours in rounds]
    return [
        compared("`ventil sweep`, nothing due: CPU", "SQLite", "s", cpu, Target(3.0)),
        compared("`ventil sweep`, nothing due: time", "SQLite", "s", wall),
    ]


def _run(command: list[str], house: MeasuredHouse) -> tuple[float, float]:
    """Run the command to its end; return wall-clock seconds and CPU seconds."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(command, env={**os.environ, **house.environment}, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, used
