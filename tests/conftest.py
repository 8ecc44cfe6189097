"""Fixtures for every test: real servers, furnished databases, a mail server, a browser; and no way to the network."""

import gc
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import structlog
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from support.houses.letter_town import LetterTown, open_town
from support.houses.letter_town import furnish as furnish_town
from support.houses.small_house import SmallHouse, copied_sqlite, furnish, open_small_house
from support.servers import services
from support.servers.browser_setup import find_browser
from support.servers.database_pool import DatabasePool
from support.servers.dovecot import Dovecot, TestMailbox, start_dovecot
from support.servers.mail_server import FakeMailServer
from support.servers.warm_connections import WarmConnections
from support.shared_statements import SharedStatements, are_equal, hash_of
from support.shared_templates import SharedTemplates

from cases.database.transactions import Database

RUN = "VENTIL_TEST_RUN"
COLLECTS_AFTER = (10_000, 20, 100)
TAKE_LONG = {"trips", "proof_tests"}  # folders
GUARD = pytest.StashKey[subprocess.Popen[bytes]]()
BROWSER_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# --- the run -------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's folder and start its guard, in the controlling process of pytest-xdist."""
    if hasattr(config, "workerinput"):
        return
    run = services.make_run_folder(services.in_memory())
    os.environ[RUN] = str(run)
    config.option.basetemp = config.option.basetemp or run / "tests"  # in memory too, and removed with the run
    config.stash[GUARD] = services.start_guard(run)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every process of the run begin with its part of the files of long tests, so that none ends long after all.

    pytest-xdist gives each process an equal stretch of the list to begin with.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long: dict[Path, list[pytest.Item]] = {}
    short = []
    for item in items:
        is_long = item.get_closest_marker("slow") or not TAKE_LONG.isdisjoint(item.path.parts)
        (long.setdefault(item.path, []) if is_long else short).append(item)
    bounds = [len(short) * n // processes for n in range(processes + 1)]
    files = list(long.values())
    items[:] = [
        item
        for n in range(processes)
        for some in (*files[n::processes], short[bounds[n] : bounds[n + 1]])
        for item in some
    ]


def pytest_collection_finish() -> None:
    """Let the garbage collector leave what was collected alone: it would look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTS_AFTER)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the run's databases on a server that outlives it, and let the guard remove the rest."""
    if guard := config.stash.get(GUARD, None):
        run = Path(os.environ.pop(RUN))
        if named := os.environ.get(services.NAMED["postgres"]):
            services.drop_databases_of_run(named, run)
        guard.communicate()


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """The folder of this test run, shared by all its processes and removed after it."""
    return Path(os.environ[RUN])


# --- no network ----------------------------------------------------------------------------


class NetworkIsShut(RuntimeError):
    """A test tried to connect to something that is not on this machine."""


@pytest.fixture(scope="session", autouse=True)
def _network_is_shut() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _only_inside(getattr(socket.socket, name)))
        look_up = socket.getaddrinfo

        def look_up_inside(host: object, *rest: object, **more: object) -> object:
            _refuse_outside(host)
            return look_up(host, *rest, **more)

        patch.setattr(socket, "getaddrinfo", look_up_inside)
        yield


def _only_inside(connect: Callable[..., object]) -> Callable[..., object]:
    def connect_inside(self: socket.socket, address: object) -> object:
        if self.family != socket.AF_UNIX:
            _refuse_outside(address[0])
        return connect(self, address)

    return connect_inside


def _refuse_outside(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", "::1", "0.0.0.0") or str(name).startswith("127."):  # noqa: S104
        return
    raise NetworkIsShut(f"a test reached for {name}: only this machine is open to tests")


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_compiled_cache", SharedStatements(), raising=False)
        patch.setattr(DefaultDialect, "__eq__", are_equal)
        patch.setattr(DefaultDialect, "__hash__", hash_of)
        yield


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": SharedTemplates()})
        yield


# --- PostgreSQL ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> str:
    """The URL of the run's PostgreSQL server (its database `postgres`)."""
    return services.shared_url(run_folder, "postgres")


@pytest.fixture
def postgres_url(postgres_server: str, run_folder: Path) -> Iterator[str]:
    """The URL of a new, empty database, dropped after the test."""
    name = services.new_database_name(run_folder)
    yield services.fresh_database(postgres_server, name)
    services.drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def database_pool(postgres_server: str, run_folder: Path) -> Iterator[DatabasePool]:
    """The pool of copies of this process."""
    warm = WarmConnections()
    with pytest.MonkeyPatch.context() as patch:
        warm.install(patch.setattr)
        with closing(DatabasePool(postgres_server, services.database_prefix(run_folder), warm)) as pool:
            yield pool


@pytest.fixture
def postgres_copy(
    postgres_server: str, run_folder: Path, database_pool: DatabasePool
) -> Iterator[Callable[[str, Callable[[str], None]], str]]:
    """`postgres_copy(name, fill)`: the URL of a database like the one that `fill(url)` filled, for this test alone.

    `fill` runs once per test run for each `name`, and must leave no connection open.
    """
    lent = []

    def copy(name: str, fill: Callable[[str], None]) -> str:
        template = f"{services.database_prefix(run_folder)}like_{name}"

        def make() -> str:
            fill(services.fresh_database(postgres_server, template))
            return template

        services.once(run_folder, template, make)
        lent.append(database_pool.lend(template))
        return lent[-1].url

    yield copy
    for one in lent:
        database_pool.take_back(one)


@pytest.fixture
def own_postgres(run_folder: Path) -> Iterator[Callable[..., services.Server]]:
    """`own_postgres(durable=False)`: a server of the test's own, to stop, crash and start."""
    yield from _own(run_folder, services.start_postgres)


@pytest.fixture(autouse=True)
def fresh_log() -> Iterator[None]:
    """Reset structlog after each test, since servers configure it for the whole process."""
    yield
    structlog.reset_defaults()


# --- a furnished database ------------------------------------------------------------------


@pytest.fixture
def furnishing() -> tuple[str, Callable[[str], None]]:
    """What the house of a test is a copy of: a name, and `fill(url)`, which runs once per test run.

    A file whose tests all begin with the same cases says its own, and spares handing them in for each test.
    """
    return "small_house", furnish


@pytest.fixture(params=["sqlite", "postgresql"])
def house_url(
    request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path, furnishing: tuple[str, Callable[[str], None]]
) -> str:
    """The URL of the small municipality's database, a copy for this test: on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return copied_sqlite(run_folder, tmp_path, *furnishing)
    return request.getfixturevalue("postgres_copy")(*furnishing)


@pytest.fixture
def cold_connections(request: pytest.FixtureRequest, house_url: str) -> None:
    """Let this test's engines open each connection anew, as a setting of the whole database asks for."""
    if not house_url.startswith("sqlite"):
        request.getfixturevalue("database_pool").warm.end(house_url.rpartition("/")[2])


@pytest.fixture
def small_house(house_url: str) -> Iterator[SmallHouse]:
    """The small municipality, a copy for this test: on SQLite and on PostgreSQL."""
    house = open_small_house(house_url)
    yield house
    house.database.close()


@pytest.fixture
def database(small_house: SmallHouse) -> Database:
    """The small municipality's database, on SQLite and on PostgreSQL."""
    return small_house.database


# --- Redis ---------------------------------------------------------------------------------


@pytest.fixture
def redis_url(run_folder: Path) -> Iterator[str]:
    """The URL of an empty Redis database that no other process of the run uses."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    url = services.with_path(services.shared_url(run_folder, "redis"), str(number))
    _flush(url)
    yield url
    _flush(url)


@pytest.fixture
def own_redis(run_folder: Path) -> Iterator[Callable[..., services.Server]]:
    """`own_redis()`: a server of the test's own, to stop, crash and start."""
    yield from _own(run_folder, services.start_redis)


def _flush(url: str) -> None:
    import redis

    with redis.Redis.from_url(url) as connection:
        connection.flushdb()


def _own(run: Path, start: Callable[..., services.Server]) -> Iterator[Callable[..., services.Server]]:
    started = []

    def start_one(**options: bool) -> services.Server:
        started.append(start(run / f"own-{services.uuid4().hex[:8]}", **options))
        return started[-1]

    yield start_one
    for server in started:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


# --- mail ----------------------------------------------------------------------------------


@pytest.fixture
def smtp_sink() -> Iterator[FakeMailServer]:
    """A mail server that keeps what it gets; its `mood` says how it behaves."""
    sink = FakeMailServer()
    sink.open()
    yield sink
    sink.close()


@pytest.fixture(scope="session")
def dovecot(run_folder: Path) -> Iterator[Dovecot]:
    """A Dovecot, with IMAP on loopback; one per test process."""
    try:
        running = start_dovecot(run_folder / f"dovecot-{services.uuid4().hex[:8]}")
    except services.NoServer as error:
        pytest.fail(str(error), pytrace=False)
    yield running
    running.server.stop()


@pytest.fixture
def mailbox(dovecot: Dovecot) -> TestMailbox:
    """An empty mailbox on an IMAP server, of this test alone."""
    return dovecot.mailbox(f"arende-{services.uuid4().hex[:8]}@kommun.example")


@pytest.fixture
def own_dovecot(run_folder: Path) -> Iterator[Callable[..., Dovecot]]:
    """`own_dovecot(separator=".", ...)`: a Dovecot of the test's own, to stop, start and set up in another way."""
    started: list[Dovecot] = []

    def start_one(**options: str) -> Dovecot:
        started.append(start_dovecot(run_folder / f"own-{services.uuid4().hex[:8]}", **options))
        return started[-1]

    yield start_one
    for running in started:
        running.server.stop()


# --- browser -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A headless Chromium, driven by playwright; one per test process."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    if path is None:
        pytest.fail("no Chromium: run `make browser`", pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=BROWSER_SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: object) -> Iterator[object]:
    """A page in a new Swedish context, 1360 by 900; nothing is shared with other tests."""
    context = browser.new_context(
        locale="sv-SE", timezone_id="Europe/Stockholm", viewport={"width": 1360, "height": 900}
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def axe_script() -> Path:
    """The accessibility checker, to be added to a page with `add_script_tag(path=...)`."""
    return Path(__file__).parent / "vendor" / "axe.min.js"


# --- furnished towns -----------------------------------------------------------------------


@pytest.fixture
def sqlite_town(run_folder: Path, tmp_path: Path) -> Iterator[LetterTown]:
    """A town with units and people on SQLite, without cases; a copy for this test."""
    town = open_town(copied_sqlite(run_folder, tmp_path, "letter_town", furnish_town))
    yield town
    town.database.close()


@pytest.fixture
def postgres_town(postgres_copy: Callable[[str, Callable[[str], None]], str]) -> Iterator[LetterTown]:
    """A town with units and people on PostgreSQL, without cases; a copy for this test."""
    town = open_town(postgres_copy("letter_town", furnish_town))
    yield town
    town.database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_town(request: pytest.FixtureRequest) -> LetterTown:
    """A town with units and people, on each database."""
    town: LetterTown = request.getfixturevalue(f"{request.param}_town")
    return town
