"""The house that is simulated: a real one, in a folder that is thrown away, under a clock that we move."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import event, select

from cases.administration.loading import load_house
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo.meetings import plan_meetings
from cases.demo.moving_clock import MovingClock, database_at
from cases.meetings.meeting import Meeting
from cases.organisation.municipality import municipality
from cases.settings import Settings, read_settings
from notifications.letters.rendering import LetterSettings
from notifications.sending.sending import MailTransport as Sending
from proof.simulation.environment.post import SimulatedTransport
from proof.simulation.people.town import SimulatedTown, house_file
from workers.queue.broker import Bell, make_broker
from workers.runtime import Runtime

IN_MEMORY = Path("/dev/shm")
KEY = "an invented key for an invented town {}"
THROW_AWAY = ("temp_store=MEMORY", "cache_size=-200000", "wal_autocheckpoint=4000")
WHERE = "Bygdegården i Ekvinda"
OPEN_MAIL = "https://arenden.tallvinda.example"


@dataclass(frozen=True)
class SimulatedHouse:
    """The house's database and post, and the workplace for the clock's jobs."""

    database: Database
    clock: MovingClock
    post: SimulatedTransport
    workplace: Runtime


@contextmanager
def open_house(clock: MovingClock, post: SimulatedTransport, seed: int) -> Iterator[SimulatedHouse]:
    """Give a new, migrated house, in memory where the system has such a folder; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="ventil-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:
        settings = _settings(Path(folder), seed)
        database = database_at(settings, clock)
        event.listen(database.engine, "connect", _throw_away)
        migrate(database)
        broker = make_broker(None)
        workplace = Runtime(database, settings, Sending(post, LetterSettings.of(settings)), broker, Bell(broker, 1))
        try:
            yield SimulatedHouse(database, clock, post, workplace)
        finally:
            database.close()


def furnish(house: SimulatedHouse, town: SimulatedTown, years: range) -> None:
    """Load the town, and plan the forum's meetings of these years."""
    with house.database.transaction() as session:
        load_house(session, house_file(town), at=house.clock.now)
        plan_meetings(session, years, WHERE)
        municipality(session, locked=True).demonstration = True


def meeting_days(house: SimulatedHouse) -> list[date]:
    """Give the days of the forum's meetings."""
    with house.database.reading() as session:
        return list(session.scalars(select(Meeting.held_on).order_by(Meeting.held_on)))


def _settings(folder: Path, seed: int) -> Settings:
    told = {
        "VENTIL_SECRET_KEY": KEY.format(seed), "VENTIL_BASE_URL": OPEN_MAIL,
        "VENTIL_MAIL_FROM": "ventil@tallvinda.example",
    }  # fmt: skip
    return read_settings(told, folder=folder)


def _throw_away(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in THROW_AWAY:
        connection.execute(f"PRAGMA {pragma}")
