"""Databases that a crash ground copies again and again, and the furnished one with which it begins."""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

from support.keys import SECRET_KEY
from support.servers import services

from cases.administration.loading import load_setup_file
from cases.database.migrating import migrate
from cases.demo.moving_clock import MovingClock, database_at
from cases.settings import read_settings

HOUSE = Path(__file__).with_name("house.toml")
BEGINS = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday, 09:00 in Sweden


class Databases(Protocol):
    """Databases, named, that can be copied cheaply."""

    def url(self, name: str) -> str:
        """Return the URL of a database."""

    def make(self, name: str) -> None:
        """Make a database that is furnished, and at which nobody has done anything yet."""

    def copy(self, name: str, to: str) -> None:
        """Make a copy of a database to which nobody is connected."""

    def drop(self, name: str) -> None:
        """Remove the database."""

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Change the arguments of the driver's connect, in place, so that they lead to this database."""


class Files:
    """Databases of SQLite: files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"sqlite:///{self._path(name)}"

    def make(self, name: str) -> None:
        """Write the furnished file, which is made once in a process."""
        self._path(name).write_bytes(furnished_file())

    def copy(self, name: str, to: str) -> None:
        """Copy the file; a database that was closed has no journal beside it."""
        shutil.copyfile(self._path(name), self._path(to))

    def drop(self, name: str) -> None:
        """Remove the file and what lies beside it."""
        for path in self.folder.glob(f"{name}.sqlite3*"):
            path.unlink()

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Put the file's path in their place."""
        given[0] = str(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


class OnServer:
    """Databases of one PostgreSQL server, under names of their own, which begin with `family`."""

    def __init__(self, url: str, family: str) -> None:
        self.server, self.family, self.prefix = url, family, f"{family}{token_hex(4)}_"

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return services.with_path(self.server, f"{self.prefix}{name}")

    def make(self, name: str) -> None:
        """Copy the furnished database, which is made once in a process."""
        self._copy(furnished_on(self.server, self.family), name)

    def copy(self, name: str, to: str) -> None:
        """Copy a database to which nobody is connected."""
        self._copy(f"{self.prefix}{name}", to)

    def drop(self, name: str) -> None:
        """Drop the database, also when somebody is still connected."""
        services.drop_database(self.server, f"{self.prefix}{name}")

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Put the database's name in their place."""
        named["dbname"] = f"{self.prefix}{name}"

    def _copy(self, like: str, to: str) -> None:
        services.fresh_database(self.server, f"{self.prefix}{to}", template=like)


# --- the furnished one ---------------------------------------------------------------------


@cache
def furnished_file() -> bytes:
    """Return a furnished database of SQLite, which is made at the first call."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "furnished.sqlite3"
        _furnish(f"sqlite:///{path}")
        return path.read_bytes()


@cache
def furnished_on(server: str, family: str) -> str:
    """Return the name of a furnished database on the server, which is made at the first call."""
    name = f"{family}{token_hex(4)}_furnished"
    _furnish(services.fresh_database(server, name))
    return name


def _furnish(url: str) -> None:
    settings = read_settings({"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": SECRET_KEY})
    database = database_at(settings, MovingClock(BEGINS))
    migrate(database)
    with database.transaction() as session:
        load_setup_file(session, HOUSE.read_text(encoding="utf-8"), at=BEGINS)
    database.close()
