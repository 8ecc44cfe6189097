"""The small house's app, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.small_house import copied_sqlite, furnish
from support.houses.small_web import Web, borrow_web


@pytest.fixture
def web(house_url: str, tmp_path: Path) -> Iterator[Web]:
    """The small house's app, on each database."""
    opened = borrow_web(house_url, tmp_path)
    yield opened
    opened.give_app_back()


@pytest.fixture
def sqlite_url(run_folder: Path, tmp_path: Path) -> str:
    """The URL of a small house of the test's own on SQLite."""
    return copied_sqlite(run_folder, tmp_path, "small_house", furnish)


@pytest.fixture
def sqlite_web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    """The small house's app on SQLite, for what does not depend on the database."""
    opened = borrow_web(sqlite_url, tmp_path)
    yield opened
    opened.give_app_back()
