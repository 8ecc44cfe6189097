"""Ventil as its users run it: real processes, reached only by HTTP, commands and mail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.migrated import CALENDAR
from support.houses.running_house import EMBEDDED, GROWN_UP, RunningHouse
from support.houses.small_house import copied_sqlite
from support.houses.small_web import Web, open_demonstration
from support.servers.web_server import serving

from cases.access.tokens import make_api_token
from cases.database.transactions import Database
from cases.organisation.municipality import municipality
from cases.organisation.people import Person

WAYS = {"params": [EMBEDDED, GROWN_UP], "ids": ["embedded", "grown_up"]}


@dataclass(frozen=True)
class Furnishing:
    """What a house is furnished from: a setup file; in a demonstration days can be moved."""

    name: str
    setup_file: Path
    is_demonstration: bool = False


TWO_DEPARTMENTS = Furnishing("trips", Path(__file__).with_name("house.toml"))
EIGHT_VILLAGES = Furnishing("villages", Path(__file__).parents[2] / "docs/examples/house.toml", is_demonstration=True)


@pytest.fixture(**WAYS)
def running_house(request: pytest.FixtureRequest) -> Iterator[RunningHouse]:
    """A running municipality with two departments: one process on SQLite, or four on PostgreSQL and Redis."""
    yield from _running(request, TWO_DEPARTMENTS)


@pytest.fixture(**WAYS)
def running_villages(request: pytest.FixtureRequest) -> Iterator[RunningHouse]:
    """The example municipality with its eight groups, running likewise, whose day can be moved ahead."""
    yield from _running(request, EIGHT_VILLAGES)


@pytest.fixture
def grown_up_house(request: pytest.FixtureRequest) -> Iterator[RunningHouse]:
    """A furnished municipality on PostgreSQL and Redis, of which no process runs yet."""
    house = _furnished(request, TWO_DEPARTMENTS, GROWN_UP)
    try:
        yield house
    finally:
        house.stop()


def _running(request: pytest.FixtureRequest, furnishing: Furnishing) -> Iterator[RunningHouse]:
    house = _furnished(request, furnishing, request.param)
    try:
        house.start(*request.param)
        yield house
    finally:
        house.stop()


def _furnished(request: pytest.FixtureRequest, furnishing: Furnishing, way: tuple[str, ...]) -> RunningHouse:
    """Return a house on the databases of this way to run, a copy of one that is furnished once per run."""
    folder, sink, run = (request.getfixturevalue(name) for name in ("tmp_path", "smtp_sink", "run_folder"))
    tokens = run / f"{furnishing.name}_{'_'.join(way)}.json"

    def fill(url: str) -> None:
        _furnish(furnishing, RunningHouse(folder, sink, {"VENTIL_DATABASE_URL": url}), url, tokens)

    servers = {}
    if way is GROWN_UP:
        servers["VENTIL_DATABASE_URL"] = request.getfixturevalue("postgres_copy")(furnishing.name, fill)
        servers["VENTIL_REDIS_URL"] = request.getfixturevalue("redis_url")
    else:
        (var := folder / "var").mkdir()
        copied_sqlite(run, var, furnishing.name, fill)
    return RunningHouse(folder, sink, servers, tokens=json.loads(tokens.read_text()))


def _furnish(furnishing: Furnishing, house: RunningHouse, url: str, tokens: Path) -> None:
    """Set the municipality up by commands, and store a token for each person in the file `tokens`, as JSON."""
    house.command("migrate")
    house.command("load", str(furnishing.setup_file))
    database = Database(url, CALENDAR)
    with database.transaction() as session:
        municipality(session).demonstration = furnishing.is_demonstration
        people = session.scalars(select(Person)).all()
        made = {person.email: make_api_token(session, person, datetime.now(UTC)) for person in people}
    database.close()
    tokens.write_text(json.dumps(made))


@pytest.fixture
def town(run_folder: Path, tmp_path: Path) -> Iterator[Web]:
    """The small municipality as a demonstration, in which one click logs in as anybody."""
    web = open_demonstration(run_folder, tmp_path)
    yield web
    web.database.close()


@pytest.fixture
def address(town: Web) -> Iterator[str]:
    """The address of a real server of its app."""
    with serving(town.app) as address:
        yield address
