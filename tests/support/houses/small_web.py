"""The small municipality's Flask app, with clients for its API and its pages."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert
from sqlalchemy.orm import Session
from support.houses.small_house import SmallHouse, copied_sqlite, furnish, open_small_house
from support.keys import SECRET_KEY
from werkzeug.test import TestResponse

from cases.access.actors import Actor
from cases.access.tokens import TOKEN_LIFETIME, ApiToken, hashed
from cases.database.transactions import Database
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.municipality import municipality
from cases.settings import Settings, read_settings
from web import create_app
from web.current import Ventil

API = "/api/v1"
SHARED: dict[Settings, list[Flask]] = {}


@dataclass
class Web:
    """The small municipality over HTTP: its app, its settings, and an API token for each person."""

    app: Flask
    house: SmallHouse
    settings: Settings
    tokens: dict[str, str] = field(default_factory=dict)
    views: dict[str, object] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The database."""
        return self.house.database

    def browser(self) -> FlaskClient:
        """Return a new browser without cookies."""
        return self.app.test_client()

    def call(self, method: str, path: str, *, by: str | None = None, **more: object) -> TestResponse:
        """Call the API as the person `by`, or as a visitor."""
        headers = {**more.pop("headers", {})}
        if by:
            headers["Authorization"] = f"Bearer {self.tokens[by]}"
        return self.browser().open(API + path, method=method, headers=headers, **more)

    def get(self, path: str, **more: object) -> TestResponse:
        """GET from the API."""
        return self.call("GET", path, **more)

    def post(self, path: str, body: object = None, **more: object) -> TestResponse:
        """POST JSON to the API."""
        return self.call("POST", path, json=body, **more)

    def patch(self, path: str, body: object, **more: object) -> TestResponse:
        """PATCH JSON to the API."""
        return self.call("PATCH", path, json=body, **more)

    def give_app_back(self) -> None:
        """Close the database, and let the next test have the app. Fails when this test has changed the app's views."""
        self.database.close()
        assert self.app.view_functions == self.views, "a test that changes the app opens one of its own: `open_web`"
        SHARED.setdefault(_what_an_app_reads(self.settings), []).append(self.app)

    def person_id(self, who: str) -> int:
        """Return the id of the person with this short name."""
        return self.house.actors[who].person_id or 0

    def case(self, **given: object) -> dict[str, str]:
        """Hand a case in as a visitor; return the API's response: `ref`, `public_id`, ..."""
        body = {"kind": "issue", "title": "Hål i vägen", "description": "Stort som en tunna"}
        return self.post("/cases", body | given).json


def open_web(url: str, folder: Path, **settings: object) -> Web:
    """Return the small municipality in this database over HTTP, by a new app, with its files in `folder`."""
    return _opened(url, folder, settings, create_app)


def open_demonstration(run_folder: Path, folder: Path) -> Web:
    """Return a copy of the small municipality as a demonstration, in which one click logs in as anybody."""
    web = open_web(copied_sqlite(run_folder, folder, "small_house", furnish), folder)
    with web.database.transaction() as session:
        municipality(session).demonstration = True
        plan_meeting(session, MeetingPlan(date.today() + timedelta(days=60), "Forum"))  # noqa: DTZ011 - well ahead
    return web


def borrow_web(url: str, folder: Path) -> Web:
    """Return what `open_web` does, by an app that the tests of a process use one after another.

    To build an app and to compile its templates takes longer than most tests. `Web.give_app_back` ends the use.
    """
    return _opened(url, folder, {}, _shared_app)


def _opened(url: str, folder: Path, settings: dict[str, object], app_of: Callable[[Settings, Database], Flask]) -> Web:
    environ = {
        "VENTIL_DATABASE_URL": url,
        "VENTIL_SECRET_KEY": SECRET_KEY,
        "VENTIL_RATE_LIMITS": "off",
    }
    read = replace(read_settings(environ, folder=folder), **settings)
    house = open_small_house(url)
    app = app_of(read, house.database)
    web = Web(app, house, read, views=dict(app.view_functions))
    with house.database.transaction() as session:
        web.tokens |= _tokens_for(session, house.actors)
    return web


def _tokens_for(session: Session, actors: dict[str, Actor]) -> dict[str, str]:
    """Return an API token for each person, as `make_api_token` makes one; all are written at once."""
    people = {who: actor.person_id for who, actor in actors.items() if actor.person_id}
    tokens, now = {who: f"vt_{secrets.token_urlsafe(32)}" for who in people}, datetime.now(UTC)
    rows = [
        {"person_id": people[who], "hash": hashed(token), "made_at": now, "expires_at": now + TOKEN_LIFETIME}
        for who, token in tokens.items()
    ]
    session.execute(insert(ApiToken), rows)
    return tokens


def _shared_app(settings: Settings, database: Database) -> Flask:
    given_back = SHARED.get(_what_an_app_reads(settings))
    if not given_back:
        return create_app(settings, database)
    app = given_back.pop()
    app.extensions["ventil"] = Ventil(database, settings)
    return app


def _what_an_app_reads(settings: Settings) -> Settings:
    """Return the settings without database and folder: those an app finds anew in each request, unless it limits."""
    assert not settings.rate_limits
    return replace(settings, database_url="", var=Path())
