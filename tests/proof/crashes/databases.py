"""Databases that a crash ground copies again and again, and the furnished one with which it begins."""

import shutil
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

import psycopg

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

    def close(self) -> None:
        """Close what is open."""

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

    def close(self) -> None:
        """Do nothing: files are not kept open."""

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Put the file's path in their place."""
        given[0] = str(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


class OnServer:
    """Databases of one PostgreSQL server, under names of their own, which begin with `family`."""

    def __init__(self, url: str, family: str) -> None:
        self.server, self.family, self.prefix = url, family, f"{family}{token_hex(4)}_"
        self._connection = psycopg.connect(_plain(url), autocommit=True)

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return _with_name(self.server, f"{self.prefix}{name}")

    def plain_url(self, name: str) -> str:
        """Return the URL of a database as the driver takes it."""
        return _plain(self.url(name))

    def make(self, name: str) -> None:
        """Copy the furnished database, which is made once in a process."""
        self._copy(furnished_on(self.server, self.family), f"{self.prefix}{name}")

    def copy(self, name: str, to: str) -> None:
        """Copy the server's files, which is quicker than writing all pages to its log."""
        self._copy(f"{self.prefix}{name}", f"{self.prefix}{to}")

    def _copy(self, like: str, name: str) -> None:
        self._connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY'.encode())

    def drop(self, name: str) -> None:
        """Drop the database, also when somebody is still connected."""
        self._connection.execute(f'DROP DATABASE IF EXISTS "{self.prefix}{name}" WITH (FORCE)'.encode())

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Put the database's name in their place."""
        named["dbname"] = f"{self.prefix}{name}"

    def close(self) -> None:
        """Close the connection to the server."""
        self._connection.close()


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
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
    _furnish(_with_name(server, name))
    return name


def _furnish(url: str) -> None:
    settings = read_settings({"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": "whoever reads this file knows it"})
    database = database_at(settings, MovingClock(BEGINS))
    migrate(database)
    with database.transaction() as session:
        load_setup_file(session, HOUSE.read_text(encoding="utf-8"), at=BEGINS)
    database.close()


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _with_name(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"
