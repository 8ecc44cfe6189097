"""A migrated, empty SQLite database for a test: made once per process, then copied."""

import atexit
import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from cases.calendar import Calendar
from cases.database.migrating import migrate
from cases.database.transactions import Database

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))
A_TUESDAY = datetime(2026, 4, 14, 9, 0, tzinfo=UTC)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="ventil-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "house.sqlite3"
    database = Database(f"sqlite:///{path}", CALENDAR)
    migrate(database)
    database.close()
    return path


def a_house(folder: Path) -> Database:
    """Return a new SQLite database in this folder, with what migrations insert: desk, forum, council, policy."""
    return Database(f"sqlite:///{migrated_file(folder / 'house.sqlite3')}", CALENDAR)


def migrated_file(path: Path) -> Path:
    """Make this file a migrated, empty SQLite database; return its path."""
    shutil.copy(_template(), path)
    return path
