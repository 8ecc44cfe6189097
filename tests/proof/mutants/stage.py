"""The stage of a trial: one house in a folder of its own, and what is told of it from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from proof.checker import InvariantBreach, Outside, SunkMail, check, keep
from proof.crashes.boundaries import Boundaries
from proof.crashes.grounds import CrashGround, Files, OnServer
from proof.crashes.house import Process, World, running


@dataclass(frozen=True)
class StagePlace:
    """Where a trial is held: an empty folder, and, for the trials that need one, a PostgreSQL server of ours.

    Databases on the server get names that begin with `prefix`.
    """

    folder: Path
    postgres_url: str = ""
    prefix: str = "ventil_mutant_"

    def ground(self) -> CrashGround:
        """Give the ground of a house on SQLite."""
        return CrashGround(Files(self.folder), self.folder)

    def ground_on_postgresql(self) -> CrashGround:
        """Give the ground of a house on the server."""
        return CrashGround(OnServer(self.postgres_url, f"{self.prefix}{token_hex(4)}_"), self.folder)


@dataclass(frozen=True)
class Stage:
    """One house in a folder of its own, and what is told of it from outside."""

    world: World
    folder: Path

    @property
    def journal(self) -> Path:
        """Where a client writes what it asks."""
        return self.folder / "journal"

    def judged(self, outside: Outside | None = None) -> list[InvariantBreach]:
        """Give what the checker finds, at the moment that the house believes it is."""
        sink = self.folder / "sink"
        sink.mkdir()
        for letter in self.world.mail.letters:
            keep(sink, SunkMail(letter.at, letter.recipients, letter.content))
        told = replace(outside or Outside(), now=self.world.clock.now, sink=sink)
        return check(self.world.settings.database_url, told)


@contextmanager
def stage(ground: CrashGround) -> Iterator[Stage]:
    """Give a furnished house on this ground."""
    with ground.opened(ground.first, sends=True) as world:
        yield Stage(world, ground.folder)


@contextmanager
def at_work(world: World) -> Iterator[Process]:
    """Run a process that nothing harms."""
    with running(world, Boundaries()) as process:
        yield process
