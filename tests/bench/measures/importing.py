"""`ventil import` with history, compared with writing the same rows by COPY or executemany."""

import csv
import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.ground.accounting import cpu_seconds
from bench.ground.bench import Bench
from bench.ground.houses import MeasuredHouse, ventil
from bench.ground.swedish import Writer
from bench.table import BenchRow, Target, compared
from cases.database.base import Base

HEADS = (
    "source", "external_id", "title", "description", "state", "category", "place", "responsible", "received_at",
    "changed_at", "ended_at", "note",
)  # fmt: skip
STATES = ("closed", "closed", "closed", "declined", "assigned", "in_progress", "done")
FURNISHED = {"unit", "policy", "house", "place", "category", "person", "membership", "api_token", "web_session"}
MANY = 100_000


def importing(bench: Bench) -> list[BenchRow]:
    """Measure `ventil import` of 100,000 rows with history, once on each database."""
    return [row for kind in ("postgresql", "sqlite") for row in _on(bench, kind, bench.few(min(MANY, bench.most)))]


def _on(bench: Bench, kind: str, count: int) -> list[BenchRow]:
    small, large, plain = (bench.house(kind) for _ in range(3))
    few = _imported(bench, small, count // 10)
    ours = _imported(bench, large, count)
    floor = _copied(bench, large, plain)
    for house in (small, large, plain):
        bench.drop(house)
    where = f"{kind}, {count:,} rows"
    return [
        compared("import: time", where, "s", [(floor[0], ours[0])], Target(5.0)),
        compared("import: CPU of all processes", where, "s", [(floor[1], ours[1])]),
        BenchRow(
            "import: most memory, a tenth | all", where, "MB", ours[2], few[2], ours[2] / few[2], target=Target(1.2)
        ),
    ]


def _imported(bench: Bench, house: MeasuredHouse, count: int) -> tuple[float, float, float]:
    """Import a file of so many rows; return wall-clock seconds, CPU seconds and peak memory in MB."""
    path = bench.place() / "cases.csv"
    _write_file(path, count)
    pids = bench.pids(house, [])
    before, began = cpu_seconds(pids), time.perf_counter()
    command = ventil("import", str(path), "--clocks", "history")
    environment = {**os.environ, **house.environment}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    most, (ended, status, used) = 0.0, os.wait4(process.pid, os.WNOHANG)
    while not ended:
        most = max(most, _peak(process.pid))
        time.sleep(0.1)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    if status:
        raise RuntimeError("the import failed")
    cpu = cpu_seconds(pids) - before + used.ru_utime + used.ru_stime
    return time.perf_counter() - began, cpu, most


def _peak(pid: int) -> float:
    """Return a process's peak memory in MB. The figure of `wait4` is no use, since it begins with the parent's."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _write_file(path: Path, count: int) -> None:
    writer, present = Writer(), datetime.now(UTC)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADS)
        for number in range(count):
            at = present - timedelta(days=1500 - number * 1400 / count)
            moments = [(at + timedelta(days=days)).isoformat(timespec="seconds") for days in (0, 2, 9)]
            title, story, note = (writer.write(field) for field in ("title", "description", "note"))
            names = (f"category{number % 12 + 1}", f"place{number % 20 + 1}", "gata")
            rows.writerow(["gammalt", number, title, story, STATES[number % 7], *names, *moments, note])


def _copied(bench: Bench, full: MeasuredHouse, empty: MeasuredHouse) -> tuple[float, float]:
    """Copy all rows from one database to the other in one transaction; return wall-clock and CPU seconds of writing."""
    pids = [os.getpid(), *bench.pids(empty, [])]
    tables = [table for table in Base.metadata.sorted_tables if table.name not in FURNISHED]
    is_sqlite = full.database.is_sqlite
    read: Callable[[Any, str], Any] = _read_sqlite if is_sqlite else _read_postgresql
    write: Callable[[Any, str, Any], None] = _write_sqlite if is_sqlite else _write_postgresql
    with full.database.engine.connect() as source:
        contents = {table.name: read(source, table.name) for table in tables}
    before, began = cpu_seconds(pids), time.perf_counter()
    with empty.database.engine.begin() as target:
        if not empty.database.is_sqlite:
            target.execute(text("SET LOCAL statement_timeout = 0"))
        for name, rows in contents.items():
            write(target, name, rows)
    return time.perf_counter() - began, cpu_seconds(pids) - before


def _read_postgresql(connection: Any, name: str) -> bytes:
    connection.execute(text("SET statement_timeout = 0"))
    with connection.connection.driver_connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
        return b"".join(copy)


def _write_postgresql(connection: Any, name: str, rows: bytes) -> None:
    with connection.connection.driver_connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
        copy.write(rows)


def _read_sqlite(connection: Any, name: str) -> list[Any]:
    return list(connection.exec_driver_sql(f'SELECT * FROM "{name}"'))


def _write_sqlite(connection: Any, name: str, rows: list[Any]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.connection.driver_connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
