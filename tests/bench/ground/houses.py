"""Installations to measure: a migrated database with units, a person and a token, and Ventil's processes on it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.ground.driving import answers, wait_until
from cases.access.tokens import make_api_token
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.organisation.categories import Category
from cases.organisation.people import Membership, Person, Role
from cases.organisation.places import Place
from cases.organisation.units import Unit, UnitKind, contact_desk
from cases.settings import read_settings
from web.requests.identity.sessions import open_session

ROOT = Path(__file__).resolve().parents[3]
KEY = "measured-only-never-used-anywhere-else"


@dataclass
class MeasuredHouse:
    """One installation: its furnished database, its processes' environment, and a person's token and cookie."""

    environment: dict[str, str]
    database: Database
    token: str
    cookie: str
    folder: Path

    @property
    def url(self) -> str:
        """The database's URL."""
        return self.environment["VENTIL_DATABASE_URL"]


def furnish(folder: Path, url: str, **more: str) -> MeasuredHouse:
    """Migrate the database, add units, places, topics and a contact person, and return the installation."""
    environment = {"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": KEY, "VENTIL_RATE_LIMITS": "off", **more}
    environment["VENTIL_VAR"] = str(folder / "var")
    settings = read_settings(environment)
    database = Database(settings.database_url, settings.calendar)
    migrate(database)
    with database.transaction() as session:
        street = Unit(slug="gata", kind=UnitKind.DEPARTMENT, name="Gatuenheten", email="gata@kommunen.example")
        person = Person(email="kontakt@kommunen.example", name="Kontaktpersonen")
        session.add_all([street, person, *_departments(), *_names(Place, "Bygden", 20), *_names(Category, "Ämnet", 12)])
        session.flush()
        for unit, role in ((contact_desk(session), Role.CONTACT), (street, Role.HEAD)):
            session.add(Membership(person_id=person.id, unit_id=unit.id, role=role, since=date(2020, 1, 1)))
        token = make_api_token(session, person, datetime.now(UTC))
        key = open_session(session, person.id, datetime.now(UTC))
    return MeasuredHouse(environment, database, token, f"ventil_login={key}", folder)


def _departments() -> list[Unit]:
    named: dict[str, Any] = {"slug": "enhet{0}", "name": "Enheten {0}", "email": "enhet{0}@kommunen.example"}
    units = ({field: words.format(number) for field, words in named.items()} for number in range(2, 12))
    return [Unit(kind=UnitKind.DEPARTMENT, **unit) for unit in units]


def _names(model: Any, name: str, many: int) -> list[Any]:
    return [model(slug=f"{model.__tablename__}{number}", name=f"{name} {number}") for number in range(1, many + 1)]


@contextmanager
def running(house: MeasuredHouse, *commands: list[str], port: int | None = None) -> Iterator[list[int]]:
    """Run these commands in the installation until the block ends; yield their process ids."""
    environment = {**os.environ, **house.environment}
    house.folder.mkdir(parents=True, exist_ok=True)
    with (house.folder / "log").open("a") as log:
        started = [
            subprocess.Popen(command, env=environment, cwd=house.folder, stdout=log, stderr=log) for command in commands
        ]
    try:
        if port is not None:
            wait_until(lambda: answers(port))
        yield [process.pid for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def ventil(*words: str) -> list[str]:
    """Return the command line that runs `ventil` with these arguments."""
    return [str(ROOT / ".venv" / "bin" / "ventil"), *words]


def floor(url: str, port: int) -> list[str]:
    """Return the command line that runs the floor on this database and port."""
    return [sys.executable, str(Path(__file__).with_name("floor.py")), url, str(port)]
