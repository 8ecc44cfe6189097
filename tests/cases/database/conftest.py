"""A furnished town on SQLite and on PostgreSQL, for statements that are written for each database in its own way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.houses.letter_town import LetterTown, furnish
from support.houses.migrated import CALENDAR, a_house

from cases.database.migrating import migrate
from cases.database.transactions import Database


@pytest.fixture
def town(tmp_path: Path) -> Iterator[LetterTown]:
    """A furnished town on SQLite."""
    database = a_house(tmp_path)
    yield furnish(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def either_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LetterTown]:
    """A furnished town, on both databases."""
    database = a_house(tmp_path) if request.param == "sqlite" else _on_postgres(request)
    yield furnish(database)
    database.close()


def _on_postgres(request: pytest.FixtureRequest) -> Database:
    copy: Callable[[str, Callable[[str], None]], str] = request.getfixturevalue("postgres_copy")
    return Database(copy("empty_house", _migrated), CALENDAR)


def _migrated(url: str) -> None:
    database = Database(url, CALENDAR)
    migrate(database)
    database.close()
