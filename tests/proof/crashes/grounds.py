"""Grounds: folders or servers where an installation is kept and copied, to be crashed again from the same state."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any, Protocol

import psycopg
from sqlalchemy import event
from support.servers.dovecot import Dovecot, TestMailbox
from support.servers.mail_server import AcceptedMail, FakeMailServer

from cases.administration.loading import load_setup_file
from cases.database.migrating import migrate
from cases.demo.moving_clock import MovingClock, database_at
from cases.settings import Settings, read_settings
from proof.crashes.house import World
from proof.crashes.mailboxes import MailboxAbility, WatchedMailbox

HOUSE = Path(__file__).with_name("house.toml")
BEGINS = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday, 09:00 in Sweden
MAIL_SERVER = "smtp://mail.example:25"
NO_PORT = 0  # it never listens


@dataclass(frozen=True)
class KeptWorld:
    """A world that was kept, to be opened again: its database, folder, moment, and the letters on its mail server."""

    database: str
    folder: Path
    now: datetime
    letters: tuple[AcceptedMail, ...] = ()


class Databases(Protocol):
    """Databases, named, that can be copied cheaply."""

    def url(self, name: str) -> str:
        """Return the URL of a database."""

    def make(self, name: str) -> None:
        """Make an empty database."""

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
        """SQLite makes the file when it is opened."""

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
    """Databases of one PostgreSQL server, under names of their own."""

    def __init__(self, url: str, prefix: str) -> None:
        self.server, self.prefix = url, prefix
        self._connection = psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)

    def url(self, name: str) -> str:
        """Return the URL of a database."""
        return f"{self.server.rpartition('/')[0]}/{self.prefix}{name}"

    def make(self, name: str) -> None:
        """Make an empty database."""
        self.copy("", name, template="template0")

    def copy(self, name: str, to: str, *, template: str | None = None) -> None:
        """Copy the server's files, which is quicker than writing all pages to its log."""
        like = template or f"{self.prefix}{name}"
        self._connection.execute(f'CREATE DATABASE "{self.prefix}{to}" TEMPLATE "{like}" STRATEGY FILE_COPY'.encode())

    def drop(self, name: str) -> None:
        """Drop the database, also when somebody is still connected."""
        self._connection.execute(f'DROP DATABASE IF EXISTS "{self.prefix}{name}" WITH (FORCE)'.encode())

    def redirect(self, name: str, given: list[Any], named: dict[str, Any]) -> None:
        """Put the database's name in their place."""
        named["dbname"] = f"{self.prefix}{name}"

    def close(self) -> None:
        """Close the connection to the server."""
        self._connection.close()


class CrashGround:
    """Where one installation at a time is opened: `first` is the furnished one, and any state can be kept and reopened.

    All share one engine, whose connections are redirected to the current database: it caches compiled SQL, which would
    take most of the time. Nothing else is left of one opened installation for the next.
    """

    def __init__(self, databases: Databases, folder: Path, dovecot: Dovecot | None = None) -> None:
        """Furnish the first installation. `dovecot` has the mailboxes of the journeys that read one."""
        self.databases, self.folder, self.dovecot = databases, folder, dovecot
        self._prefix = token_hex(4)
        self._numbers = count(1)
        self._current_name, self._clock = "first", MovingClock(BEGINS)
        self.first = KeptWorld("first", self.folder / "first", BEGINS)
        self.first.folder.mkdir(parents=True)
        self._database = database_at(self._settings(self.first.database, self.first.folder, ""), self._clock)
        event.listen(self._database.engine, "do_connect", self._redirect)
        self._set_up()

    def keep(self, world: World) -> KeptWorld:
        """Copy the world as it is now, and return the copy; nobody may be connected."""
        kept = f"kept{next(self._numbers)}"
        self.databases.copy(world.name, kept)
        if world.mailbox is not None:
            WatchedMailbox(self._mailbox(kept), world.mailbox.ability).fill_from(world.mailbox.mailbox)
        return KeptWorld(
            kept, _copied(world.settings.var, self.folder / kept), world.clock.now, tuple(world.mail.letters)
        )

    @contextmanager
    def opened(self, kept: KeptWorld, *, sends: bool, reads: MailboxAbility | None = None) -> Iterator[World]:
        """Yield a copy of what was kept, removed after the block; one at a time.

        `sends`: there is a mail server. `reads`: what the server of the mailbox can do that is read, if one is.
        """
        name = f"run{next(self._numbers)}"
        self.databases.copy(kept.database, name)
        folder = _copied(kept.folder, self.folder / name)
        self._current_name, self._clock.now = name, kept.now
        watched = WatchedMailbox(self._mailbox(name), reads) if reads else None
        if watched is not None:
            watched.fill_from(self._mailbox(kept.database))
        settings = self._settings(name, folder, MAIL_SERVER if sends else "", watched)
        try:
            mail_server = FakeMailServer(port=NO_PORT, letters=[*kept.letters], now=lambda: self._clock.now)
            yield World(name, settings, self._database, self._clock, mail_server, watched)
        finally:
            self._database.close()
            self.databases.drop(name)
            shutil.rmtree(folder)
            if watched is not None:
                shutil.rmtree(watched.mailbox.maildir)

    def _mailbox(self, name: str) -> TestMailbox:
        if self.dovecot is None:
            raise LookupError("nobody has mailboxes here")
        return self.dovecot.mailbox(f"{self._prefix}-{name}@prov.example")

    def _set_up(self) -> None:
        self.databases.make(self.first.database)
        migrate(self._database)
        with self._database.transaction() as session:
            load_setup_file(session, HOUSE.read_text(encoding="utf-8"), at=BEGINS)
        self._database.close()

    def _redirect(self, _dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> None:
        self.databases.redirect(self._current_name, given, named)

    def _settings(self, name: str, folder: Path, smtp_url: str, watched: WatchedMailbox | None = None) -> Settings:
        environ = {
            "VENTIL_DATABASE_URL": self.databases.url(name),
            "VENTIL_SECRET_KEY": "whoever reads this file knows it",
            "VENTIL_RATE_LIMITS": "off",
            "VENTIL_GATHER_MILLISECONDS": "0",
            "VENTIL_MAIL_REPLY": "arende+{token}@prov.example",
            "VENTIL_LMTP": "127.0.0.1:8024",
            "VENTIL_MAIL_IN": watched.mailbox.url() if watched else "",
            "VENTIL_SMTP_URL": smtp_url,
            "VENTIL_VAR": str(folder),
        }
        return read_settings(environ)


def _copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to
