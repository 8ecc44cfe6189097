"""The stage of a trial: one installation in a folder of its own, and the checker's judgement of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from proof.checker import InvariantBreach, Outside, SunkMail, check, store_mail
from proof.crashes.boundaries import Boundaries
from proof.crashes.databases import Files, OnServer, furnished_file, furnished_on
from proof.crashes.grounds import CrashGround
from proof.crashes.house import Process, World, running


@dataclass(frozen=True)
class StagePlace:
    """Where a trial is held: an empty folder, and, for the trials that need one, a PostgreSQL server of ours.

    Databases on the server get names that begin with `prefix`.
    """

    folder: Path
    postgres_url: str = ""
    prefix: str = "ventil_mutant_"

    def furnish(self) -> None:
        """Make the furnished databases of this process, with a sound Ventil: each trial begins with a copy."""
        furnished_file()
        if self.postgres_url:
            furnished_on(self.postgres_url, self.prefix)

    def ground(self) -> CrashGround:
        """Return a ground on which the database is SQLite."""
        return CrashGround(Files(self.folder), self.folder)

    def ground_on_postgresql(self) -> CrashGround:
        """Return a ground whose databases are on the PostgreSQL server, under a prefix of their own."""
        return CrashGround(OnServer(self.postgres_url, self.prefix), self.folder)


@dataclass(frozen=True)
class Stage:
    """One installation in a folder of its own. `journal` is the file of a client that calls it, if one does."""

    world: World
    folder: Path

    @property
    def journal(self) -> Path:
        """The file in which a client writes what it asks and is answered."""
        return self.folder / "journal"

    def judged(self, outside: Outside | None = None) -> list[InvariantBreach]:
        """Return the breaches that the checker finds, with the mails that came out and the moving clock's moment."""
        sink = self.folder / "sink"
        sink.mkdir()
        for letter in self.world.mail.letters:
            store_mail(sink, SunkMail(letter.at, letter.recipients, letter.content))
        told = replace(outside or Outside(), now=self.world.clock.now, sink=sink)
        return check(self.world.settings.database_url, told)


@contextmanager
def stage(ground: CrashGround) -> Iterator[Stage]:
    """Yield an installation on this ground, set up and empty of cases."""
    with ground.opened(ground.first, sends=True) as world:
        yield Stage(world, ground.folder)


@contextmanager
def at_work(world: World) -> Iterator[Process]:
    """Run a process that no crash strikes."""
    with running(world, Boundaries()) as process:
        yield process
