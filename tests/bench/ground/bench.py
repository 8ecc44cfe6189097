"""One run of the benchmarks: its servers, fresh databases on them, its sizes, and the cost of a piece of work."""

import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from support.servers import services

from bench.ground.accounting import cpu_seconds
from bench.ground.houses import MeasuredHouse, furnish

TWENTIETH = 20


@dataclass
class Bench:
    """The servers of one run, and its sizes: how many requests, rows and rounds."""

    folder: Path
    postgres: services.Server
    redis: services.Server
    quick: bool = False
    most: int = 1_000_000  # cases in the largest database; larger ones are left out
    _made: int = field(default=0)
    _redis: int = field(default=0)

    @property
    def rounds(self) -> int:
        """How often each pair is measured; the median counts."""
        return 1 if self.quick else 3

    def some(self, many: int) -> int:
        """Return how many requests or repetitions to make: a twentieth of `many`, at least 8, in a quick run."""
        return max(many // TWENTIETH, 8) if self.quick else many

    def few(self, many: int) -> int:
        """Return how many rows to fill a database with: a thousandth of `many`, at least 100, in a quick run."""
        return max(many // 1000, 100) if self.quick else many

    def url(self, kind: str) -> str:
        """Return the URL of a new, empty database."""
        self._made += 1
        if kind == "sqlite":
            return f"sqlite:///{self.place() / 'ventil.sqlite3'}"
        return services.fresh_database(self.postgres.url, f"bench{self._made}")

    def place(self) -> Path:
        """Return a new folder."""
        self._made += 1
        folder = self.folder / str(self._made)
        folder.mkdir()
        return folder

    def house(self, kind: str, **more: str) -> MeasuredHouse:
        """Return an installation on a new, furnished database."""
        return furnish(self.place(), self.url(kind), VENTIL_BASE_URL=f"http://127.0.0.1:{services.free_port()}", **more)

    def redis_url(self) -> str:
        """Return the URL of a Redis database that nothing in this run has used."""
        self._redis += 1
        return services.with_path(self.redis.url, str(self._redis % services.REDIS_DATABASES))

    def drop(self, house: MeasuredHouse) -> None:
        """Close the database, and drop it on PostgreSQL to make room."""
        house.database.close()
        if not house.database.is_sqlite:
            services.drop_database(self.postgres.url, house.url.rpartition("/")[2])

    def pids(self, house: MeasuredHouse, processes: list[int]) -> list[int]:
        """Return the ids of the processes whose CPU counts: the installation's own, and the servers that it uses."""
        redis = [self.redis.pid] if "VENTIL_REDIS_URL" in house.environment else []
        return [*processes, *redis, *([] if house.database.is_sqlite else [self.postgres.pid])]

    def about(self) -> dict[str, str]:
        """Return what identifies the run, by name: date, machine, versions, sizes."""
        import psycopg

        with psycopg.connect(services.plain_url(self.postgres.url)) as connection:
            postgres = str(connection.info.server_version // 10_000)
        return {
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "cores": str(os.cpu_count()),
            "machine": platform.machine(),
            "Python": platform.python_version(),
            "PostgreSQL": postgres,
            "SQLAlchemy": version("sqlalchemy"),
            "rounds": str(self.rounds),
            "size": "quick, only to show that it runs" if self.quick else f"houses of at most {self.most:,} cases",
        }


def port_of(house: MeasuredHouse) -> int:
    """Return the port that the installation is to answer on."""
    return int(house.environment["VENTIL_BASE_URL"].rpartition(":")[2])


def cost(work: Callable[[], object], pids: list[int] | None = None) -> tuple[float, float]:
    """Do the work; return wall-clock seconds, and CPU seconds of this process and of `pids`."""
    counted = [os.getpid(), *(pids or [])]
    cpu, began = cpu_seconds(counted), time.perf_counter()
    work()
    return time.perf_counter() - began, cpu_seconds(counted) - cpu
