"""The demonstration, filled once per run, and empty houses with the same units and people, on either database."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from support.houses.migrated import CALENDAR
from support.houses.small_house import copied_sqlite
from support.keys import SECRET_KEY

from cases.administration.loading import load_setup_file
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo.demonstrating import SETUP_FILE, fill
from cases.settings import read_settings

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
Copy = Callable[[str, Callable[[str], None]], str]  # (name, how the first is filled) -> URL of a copy


def fill_demonstration(url: str) -> None:
    """Fill the empty database with the demonstration."""
    database = Database(url, CALENDAR)
    migrate(database)
    database.close()
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": SECRET_KEY}, folder=Path(folder))
        fill(settings, NOW, lambda _: None)


def furnish_empty(url: str) -> None:
    """Give the empty database the demonstration's units, people, places and categories, and no case."""
    database = Database(url, CALENDAR)
    migrate(database)
    with database.transaction() as session:
        load_setup_file(session, SETUP_FILE.read_text(encoding="utf-8"), at=NOW, owed=False)
    database.close()


def sqlite_copies(run_folder: Path, folder: Path) -> Copy:
    """Return a function that makes copies of SQLite databases in numbered folders within `folder`."""
    made: list[str] = []

    def copy(name: str, furnish: Callable[[str], None]) -> str:
        made.append(name)
        own = folder / str(len(made))
        own.mkdir()
        return copied_sqlite(run_folder, own, name, furnish)

    return copy
