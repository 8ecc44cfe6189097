"""Ventil as its users run it: real processes, reached only by HTTP, commands and mail."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.houses.running_house import EMBEDDED, GROWN_UP, RunningHouse
from support.houses.small_house import copied_sqlite
from support.servers.mail_server import FakeMailServer

HOUSE = Path(__file__).with_name("house.toml")


@pytest.fixture(params=[EMBEDDED, GROWN_UP], ids=["embedded", "grown_up"])
def running_house(
    request: pytest.FixtureRequest, tmp_path: Path, run_folder: Path, smtp_sink: FakeMailServer
) -> Iterator[RunningHouse]:
    """A running municipality with two departments: one process on SQLite, or four on PostgreSQL and Redis."""
    if request.param is GROWN_UP:
        house = request.getfixturevalue("grown_up_house")
    else:
        (var := tmp_path / "var").mkdir()
        copied_sqlite(run_folder, var, "trips", lambda url: _furnish(tmp_path, smtp_sink, url))
        house = RunningHouse(tmp_path, smtp_sink)
    try:
        house.start(*request.param)
        yield house
    finally:
        house.stop()


@pytest.fixture
def grown_up_house(
    tmp_path: Path, postgres_copy: Callable[..., str], redis_url: str, smtp_sink: FakeMailServer
) -> Iterator[RunningHouse]:
    """A furnished municipality on PostgreSQL and Redis, of which no process runs yet."""
    url = postgres_copy("trips", lambda url: _furnish(tmp_path, smtp_sink, url))
    house = RunningHouse(tmp_path, smtp_sink, {"VENTIL_DATABASE_URL": url, "VENTIL_REDIS_URL": redis_url})
    try:
        yield house
    finally:
        house.stop()


def _furnish(folder: Path, sink: FakeMailServer, url: str) -> None:
    house = RunningHouse(folder, sink, {"VENTIL_DATABASE_URL": url})
    house.command("migrate")
    house.command("load", str(HOUSE))
