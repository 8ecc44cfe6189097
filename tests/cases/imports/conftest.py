"""Fixtures for moves between houses: copies of furnished databases, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from support.houses.demonstration import Copy, sqlite_copies


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def copy_house(request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path) -> Copy:
    """`copy_house(name, fill)`: the URL of a copy of the database that `fill(url)` filled once in this run."""
    if request.param == "sqlite":
        return sqlite_copies(run_folder, tmp_path)
    copy: Copy = request.getfixturevalue("postgres_copy")
    return copy
