"""Ventil as its users run it: real processes, reached only by HTTP, commands and mail."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.migrated import CALENDAR
from support.houses.running_house import EMBEDDED, GROWN_UP, RunningHouse
from support.houses.small_house import copied_sqlite, furnish
from support.houses.small_web import Web, open_web
from support.servers.mail_server import FakeMailServer
from support.servers.web_server import serving

from cases.access.tokens import make_api_token
from cases.database.transactions import Database
from cases.meetings.meeting import Meeting
from cases.organisation.municipality import municipality
from cases.organisation.people import Person

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
        tokens = run_folder / "trips_on_sqlite.json"
        copied_sqlite(run_folder, var, "trips", lambda url: _furnish(tmp_path, smtp_sink, url, tokens))
        house = RunningHouse(tmp_path, smtp_sink, tokens=json.loads(tokens.read_text()))
    try:
        house.start(*request.param)
        yield house
    finally:
        house.stop()


@pytest.fixture
def grown_up_house(
    run_folder: Path, tmp_path: Path, postgres_copy: Callable[..., str], redis_url: str, smtp_sink: FakeMailServer
) -> Iterator[RunningHouse]:
    """A furnished municipality on PostgreSQL and Redis, of which no process runs yet."""
    tokens = run_folder / "trips_on_postgresql.json"
    url = postgres_copy("trips", lambda url: _furnish(tmp_path, smtp_sink, url, tokens))
    servers = {"VENTIL_DATABASE_URL": url, "VENTIL_REDIS_URL": redis_url}
    house = RunningHouse(tmp_path, smtp_sink, servers, tokens=json.loads(tokens.read_text()))
    try:
        yield house
    finally:
        house.stop()


def _furnish(folder: Path, sink: FakeMailServer, url: str, tokens: Path) -> None:
    """Set the municipality up by commands, and store a token for each person in the file `tokens`, as JSON."""
    house = RunningHouse(folder, sink, {"VENTIL_DATABASE_URL": url})
    house.command("migrate")
    house.command("load", str(HOUSE))
    database = Database(url, CALENDAR)
    with database.transaction() as session:
        people = session.scalars(select(Person)).all()
        made = {person.email: make_api_token(session, person, datetime.now(UTC)) for person in people}
    database.close()
    tokens.write_text(json.dumps(made))


@pytest.fixture
def town(run_folder: Path, tmp_path: Path) -> Iterator[Web]:
    """The small municipality as a demonstration, in which one click logs in as anybody."""
    web = open_web(copied_sqlite(run_folder, tmp_path, "small_house", furnish), tmp_path)
    with web.database.transaction() as session:
        municipality(session).demonstration = True
        session.add(Meeting(held_on=date.today() + timedelta(days=60), name="Forum"))  # noqa: DTZ011 - well ahead
    yield web
    web.database.close()


@pytest.fixture
def address(town: Web) -> Iterator[str]:
    """The address of a real server of its app."""
    with serving(town.app) as address:
        yield address
