"""Behind a pooler that lends each transaction another connection, nothing is left at the server between them."""

from collections.abc import Iterator
from contextlib import closing
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from cases.calendar import Calendar
from cases.database.transactions import Database
from workers.relay.waking import WokenByCommits, WokenByNotify, wake_of

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
PREPARED = text("SELECT count(*) FROM pg_prepared_statements")
LIMITS = "SELECT current_setting('TimeZone'), current_setting('statement_timeout'), current_setting('lock_timeout')"
OFTEN = 12  # the driver prepares what it has been given five times


@pytest.fixture(params=[False, True], ids=["alone", "pooled"])
def database(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Database]:
    """An empty database on PostgreSQL, reached as with and as without a pooler in transaction mode."""
    opened = Database(postgres_url, CALENDAR, pooled=request.param)
    yield opened
    opened.close()


def asked_often(database: Database, way: str) -> int:
    """Return how many statements the server has prepared once one was executed often."""
    with getattr(database, way)() as session:
        for _ in range(OFTEN):
            session.execute(text("SELECT CAST(:n AS int)"), {"n": 1}).all()
        return int(session.execute(PREPARED).scalar_one())


@pytest.mark.parametrize("way", ["transaction", "reading", "recording", "counting"])
def test_nothing_is_prepared_at_the_server_behind_a_pooler(database: Database, way: str) -> None:
    assert bool(asked_often(database, way)) is not database.is_pooled


@pytest.mark.parametrize(
    ("way", "limits"),
    [("transaction", ("UTC", "1min", "15s")), ("reading", ("UTC", "1min", "15s")), ("counting", ("UTC", "250ms", "0"))],
)
def test_the_limits_hold_in_each_transaction(database: Database, way: str, limits: tuple[str, ...]) -> None:
    for _ in range(2):
        with getattr(database, way)() as session:
            assert tuple(session.execute(text(LIMITS)).one()) == limits


def test_no_setting_stays_with_a_connection_that_others_get_next(postgres_url: str) -> None:
    database = Database(postgres_url, CALENDAR, pooled=True)
    with database.transaction() as session:
        session.execute(text("SELECT 1"))
    with closing(database.engine.raw_connection()) as connection:
        assert connection.cursor().execute("SHOW statement_timeout").fetchone() == ("0",)
    database.close()


def test_the_relay_listens_only_where_a_connection_is_its_own(database: Database) -> None:
    assert type(wake_of(database)) is (WokenByCommits if database.is_pooled else WokenByNotify)
