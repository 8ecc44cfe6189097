"""Grounds: folders or servers where an installation is kept and copied, to be crashed again from the same state."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import event
from support.keys import SECRET_KEY
from support.servers.dovecot import Dovecot, TestMailbox
from support.servers.mail_server import AcceptedMail, FakeMailServer

from cases.demo.moving_clock import MovingClock, database_at
from cases.settings import Settings, read_settings
from proof.crashes.databases import BEGINS, Databases
from proof.crashes.house import World
from proof.crashes.mailboxes import MailboxAbility, WatchedMailbox

MAIL_SERVER = "smtp://mail.example:25"
NO_PORT = 0  # it never listens


@dataclass(frozen=True)
class KeptWorld:
    """A world that was kept, to be opened again: its database, folder, moment, and the letters on its mail server."""

    database: str
    folder: Path
    now: datetime
    letters: tuple[AcceptedMail, ...] = ()


class CrashGround:
    """Where one installation at a time is opened: `first` is the furnished one, and any state can be kept and reopened.

    All share one engine, whose connections are redirected to the current database: it caches compiled SQL, which would
    take most of the time. Nothing else is left of one opened installation for the next.
    """

    def __init__(self, databases: Databases, folder: Path, dovecot: Dovecot | None = None) -> None:
        """Open the first installation. `dovecot` has the mailboxes of the journeys that read one."""
        self.databases, self.folder, self.dovecot = databases, folder, dovecot
        self._prefix = token_hex(4)
        self._numbers = count(1)
        self._current_name, self._clock = "first", MovingClock(BEGINS)
        self.first = KeptWorld("first", self.folder / "first", BEGINS)
        self.first.folder.mkdir(parents=True)
        self._database = database_at(self._settings(self.first.database, self.first.folder, ""), self._clock)
        event.listen(self._database.engine, "do_connect", self._redirect)
        self.databases.make(self.first.database)

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

    def _redirect(self, _dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> None:
        self.databases.redirect(self._current_name, given, named)

    def _settings(self, name: str, folder: Path, smtp_url: str, watched: WatchedMailbox | None = None) -> Settings:
        environ = {
            "VENTIL_DATABASE_URL": self.databases.url(name),
            "VENTIL_SECRET_KEY": SECRET_KEY,
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
