"""A house with people and units, on SQLite and on PostgreSQL, and its app."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import cases.case  # noqa: F401 - units refer to places
from cases.database import Database
from cases.keys import make_api_token
from cases.migrating import migrate
from cases.people import Membership, Person, Role
from cases.settings import Settings, read_settings
from cases.units import Unit, UnitKind
from web import create_app

SINCE = date(2020, 1, 1)
PEOPLE = {
    "contact": (Role.CONTACT, "desk"),
    "officer": (Role.OFFICER, "gata"),
    "head": (Role.HEAD, "gata"),
    "other": (Role.OFFICER, "skola"),
    "member": (Role.MEMBER, "byalaget"),
    "outsider": (Role.MEMBER, "annat"),
    "admin": (Role.ADMIN, None),
}
UNITS = {
    "gata": UnitKind.DEPARTMENT,
    "skola": UnitKind.DEPARTMENT,
    "byalaget": UnitKind.GROUP,
    "annat": UnitKind.GROUP,
}


@dataclass
class House:
    """A house to knock at: its app, and a token for each of its people."""

    app: Flask
    database: Database
    settings: Settings
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def client(self) -> FlaskClient:
        """A browser of its own."""
        return self.app.test_client()

    def bearer(self, who: str | None) -> dict[str, str]:
        """The header that names this person; none for a visitor."""
        return {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}


def furnish(url: str) -> None:
    """Migrate, and fill with units and people."""
    database = Database(url, read_settings({"VENTIL_SECRET_KEY": "x" * 40}, folder=Path("/tmp")).calendar)
    migrate(database)
    with database.transaction() as session:
        session.add_all(Unit(slug=slug, kind=kind, name=slug.title()) for slug, kind in UNITS.items())
        session.flush()
        ids = dict(session.execute(select(Unit.slug, Unit.id)).tuples().all())
        for who, (role, unit) in PEOPLE.items():
            person = Person(email=f"{who}@example.se", name=who.title())
            session.add(person)
            session.flush()
            session.add(Membership(person_id=person.id, unit_id=ids[unit] if unit else None, role=role, since=SINCE))
    database.close()


def open_house(url: str, folder: Path, **settings: object) -> House:
    """The app of the house in this database."""
    environ = {"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": "k" * 40, "VENTIL_RATE_LIMITS": "off"}
    read = replace(read_settings(environ, folder=folder), **settings)
    database = Database(url, read.calendar)
    house = House(create_app(read, database), database, read)
    with database.transaction() as session:
        for person in session.scalars(select(Person)):
            who = person.email.partition("@")[0]
            house.people[who] = person.id
            house.tokens[who] = make_api_token(session, person, datetime.now(UTC))
    return house


@pytest.fixture(params=["sqlite", "postgres"])
def house_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a furnished house, on both databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'ventil.sqlite3'}"
        furnish(url)
        return url
    copy: Callable[[str, Callable[[str], None]], str] = request.getfixturevalue("postgres_copy")
    return copy("web_house", furnish)


@pytest.fixture
def house(house_url: str, tmp_path: Path) -> Iterator[House]:
    """A furnished house with its app."""
    opened = open_house(house_url, tmp_path)
    yield opened
    opened.database.close()


@pytest.fixture
def sqlite_house(tmp_path: Path) -> Iterator[House]:
    """A furnished house on SQLite, for what does not depend on the database."""
    url = f"sqlite:///{tmp_path / 'ventil.sqlite3'}"
    furnish(url)
    opened = open_house(url, tmp_path)
    yield opened
    opened.database.close()
