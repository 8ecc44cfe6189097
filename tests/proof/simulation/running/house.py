"""The installation that is simulated: a real one, in a temporary folder, under a clock that the simulation moves."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import event

from cases.administration.loading import load_setup_file
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock, database_at
from cases.organisation.municipality import municipality
from cases.settings import Settings, read_settings
from notifications.letters.rendering import LetterSettings
from notifications.sending.sending import MailTransport
from proof.simulation.environment.post import SimulatedMailServer
from proof.simulation.people.town import SimulatedTown, setup_file
from workers.queue.broker import Bell, make_broker
from workers.runtime import Runtime

IN_MEMORY = Path("/dev/shm")  # a folder of its own is made there  # nosec B108
KEY = "an invented key for an invented town {}"
PRAGMAS = ("temp_store=MEMORY", "cache_size=-200000", "wal_autocheckpoint=4000")
BASE_URL = "https://arenden.tallvinda.example"


@dataclass(frozen=True)
class SimulatedInstallation:
    """A running installation: database, simulated clock and mail server, and the runtime for scheduled jobs."""

    database: Database
    clock: MovingClock
    mail_server: SimulatedMailServer
    runtime: Runtime


@contextmanager
def open_installation(
    clock: MovingClock, mail_server: SimulatedMailServer, seed: int
) -> Iterator[SimulatedInstallation]:
    """Yield a new, migrated installation, in /dev/shm where there is one; it is deleted when the block ends."""
    with tempfile.TemporaryDirectory(prefix="ventil-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        settings = _settings(Path(folder), seed)
        database = database_at(settings, clock)
        event.listen(database.engine, "connect", _set_pragmas)
        migrate(database)
        broker = make_broker(None)
        runtime = Runtime(
            database, settings, MailTransport(mail_server, LetterSettings.of(settings)), broker, Bell(broker, 1)
        )
        try:
            yield SimulatedInstallation(database, clock, mail_server, runtime)
        finally:
            database.close()


def load_town(installation: SimulatedInstallation, town: SimulatedTown) -> None:
    """Load units and staff of the town. Nobody has planned any meeting: the forum owes its next one."""
    with installation.database.transaction() as session:
        load_setup_file(session, setup_file(town), at=installation.clock.now)
        municipality(session, locked=True).demonstration = True


def _settings(folder: Path, seed: int) -> Settings:
    environment = {
        "VENTIL_SECRET_KEY": KEY.format(seed), "VENTIL_BASE_URL": BASE_URL,
        "VENTIL_MAIL_FROM": "ventil@tallvinda.example",
    }  # fmt: skip
    return read_settings(environment, folder=folder)


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
