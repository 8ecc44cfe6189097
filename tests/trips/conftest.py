"""The whole house as its users run it: real processes, reached only by HTTP, commands and mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_house import EMBEDDED, GROWN_UP, RunningHouse
from smtp_sink import SmtpSink

HOUSE = Path(__file__).with_name("house.toml")


@pytest.fixture(params=[EMBEDDED, GROWN_UP], ids=["embedded", "grown_up"])
def running_house(
    request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path, smtp_sink: SmtpSink
) -> Iterator[RunningHouse]:
    """A house with two departments, running: in one process on SQLite, and as four on PostgreSQL and Redis."""
    servers = {}
    if request.param is GROWN_UP:
        servers = {
            "VENTIL_DATABASE_URL": request.getfixturevalue("postgres_url"),
            "VENTIL_REDIS_URL": request.getfixturevalue("redis_url"),
        }
    yield from _open(RunningHouse(tmp_path, smtp_sink, servers), request.param)


@pytest.fixture
def grown_up_house(tmp_path: Path, postgres_url: str, redis_url: str, smtp_sink: SmtpSink) -> Iterator[RunningHouse]:
    """A furnished house on PostgreSQL and Redis, of which nothing runs yet."""
    servers = {"VENTIL_DATABASE_URL": postgres_url, "VENTIL_REDIS_URL": redis_url}
    yield from _open(RunningHouse(tmp_path, smtp_sink, servers), ())


def _open(house: RunningHouse, processes: tuple[str, ...]) -> Iterator[RunningHouse]:
    try:
        house.command("migrate")
        house.command("load", str(HOUSE))
        for process in processes:
            house.start(process)
        yield house
    finally:
        house.stop()
