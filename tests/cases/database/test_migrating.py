"""The migrations and the models say the same, on both databases."""

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from support.houses.brought_along import take_back
from support.houses.earlier.house_of_0010 import furnish_house_of_0010
from support.houses.migrated import CALENDAR
from support.houses.small_house import SmallHouse

import cases
import notifications
import web
import workers
from cases.access.tokens import ApiToken
from cases.checks.forgotten import find_forgotten
from cases.database.base import Base
from cases.database.clock import present
from cases.database.migrating import check, is_behind, migrate
from cases.database.transactions import Database
from cases.ladder.sweep import sweep
from cases.village.obligations.listing import what_is_owed

BROUGHT_ALONG = datetime(2026, 3, 12, 9, tzinfo=UTC)  # an hour after the last sweep of the version before
PACKAGES = (cases, notifications, workers, web)


def test_models_and_migrations_do_not_differ(database: Database) -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    check(database, Base.metadata)


def test_migrating_again_changes_nothing(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    migrate(small_house.database)
    assert small_house.case(ref).ref == ref
    assert not is_behind(small_house.database)


def test_a_house_of_the_first_version_is_brought_along(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    take_back(small_house.database, "0001")
    assert is_behind(small_house.database)
    migrate(small_house.database)
    assert not is_behind(small_house.database)
    assert small_house.case(ref).ref == ref
    test_models_and_migrations_do_not_differ(small_house.database)


def test_an_empty_database_is_behind(request: pytest.FixtureRequest, tmp_path) -> None:
    for url in (f"sqlite:///{tmp_path / 'empty.sqlite3'}", request.getfixturevalue("postgres_url")):
        database = Database(url, calendar=None)
        assert is_behind(database)
        database.close()


def test_a_fresh_house_has_a_desk_a_forum_a_council_and_the_catch_all(request, tmp_path) -> None:
    for url in (f"sqlite:///{tmp_path / 'fresh.sqlite3'}", request.getfixturevalue("postgres_url")):
        database = Database(url, calendar=None)
        migrate(database)
        with database.reading() as session:
            assert set(session.scalars(text("SELECT slug FROM unit"))) == {"desk", "forum", "council"}
            assert "*/*/*" in set(session.scalars(text("SELECT scope FROM policy")))
            assert session.scalars(text("SELECT count(*) FROM house")).one() == 1
        database.close()


def test_every_trigger_that_guards_stands(database: Database) -> None:
    wanted = {"event", "policy", "case", "words", "plan_version", "plan_item", "focus_area", "plan_drop", "anchoring",
              "membership", "house", "unit"}  # fmt: skip
    where = (
        "sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else ("pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE NOT tgisinternal")
    )
    column = "tbl_name" if database.is_sqlite else "relname"
    with database.reading() as session:
        assert wanted <= set(session.scalars(text(f"SELECT {column} FROM {where}")))
    assert "case" in inspect(database.engine).get_table_names()


def test_tokens_of_an_earlier_version_end_a_year_after_it_is_brought_along(small_house: SmallHouse) -> None:
    take_back(small_house.database, "0003")
    with small_house.database.transaction() as session:
        add = "INSERT INTO api_token (person_id, hash, made_at) SELECT min(id), 'aa', '2020-01-01 00:00:00' FROM person"
        session.execute(text(add))
    migrate(small_house.database)
    with small_house.database.reading() as session:
        [token] = session.scalars(select(ApiToken)).all()
        assert timedelta(days=364) < token.expires_at - present(session) < timedelta(days=366)


@pytest.fixture(params=["sqlite", "postgresql"])
def house_of_0010(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A house of the version before obligations, brought along to the present one."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}" if is_sqlite else request.getfixturevalue("postgres_url")
    database = Database(url, CALENDAR)
    with closing(database):
        furnish_house_of_0010(database)
        migrate(database)
        yield database


def test_a_house_of_before_obligations_owes_within_a_day_what_it_ought_to(house_of_0010: Database) -> None:
    database = house_of_0010
    assert sweep(database, now=BROUGHT_ALONG) == 0
    with database.reading() as session:
        owed = what_is_owed(session, BROUGHT_ALONG)
        events = session.scalar(text("SELECT count(*) FROM event"))
        assert {breach.guarantee for breach in find_forgotten(session, BROUGHT_ALONG)} <= {"G4"}  # no wire ran
    groups = {"centrum", "lantbruk", "norrby", "osterby", "soderby", "vasterby"}
    for obligation in ("plan", "contact"):
        days = {one.subject: one.due_on for one in owed if one.obligation == obligation}
        assert days.keys() == groups, "also of a group that had no member, and not of the one that was dissolved"
        assert len(set(days.values())) == len(groups), "spread over weeks"
        assert min(days.values()) > CALENDAR.day_of(BROUGHT_ALONG) + timedelta(days=59)
    for at in (BROUGHT_ALONG, BROUGHT_ALONG + timedelta(minutes=5)):
        assert sweep(database, now=at) == 0
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM event")) == events
    test_models_and_migrations_do_not_differ(database)
