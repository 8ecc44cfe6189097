"""What a request needs of the running app: its database and settings, and the present moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from flask import current_app, request
from sqlalchemy.orm import Session

from cases.database.transactions import Database
from cases.files.storage import Folder, attachments_under
from cases.organisation.municipality import municipality
from cases.settings import Settings


@dataclass(frozen=True)
class Ventil:
    """The database and settings of one app; `create_app` stores them in the app, and `current` returns them."""

    database: Database
    settings: Settings


def current() -> Ventil:
    """Return the database and settings of the app that answers this request."""
    return cast(Ventil, current_app.extensions["ventil"])


def is_open_demonstration(session: Session) -> bool:
    """Return whether anybody may log in as anybody: in the demonstration, and only on this machine itself."""
    return current().settings.on_loopback and municipality(session).demonstration


def storage() -> Folder:
    """Return the folder in which the attachments of cases are stored."""
    return attachments_under(current().settings.var)


def right_now() -> datetime:
    """Return the present moment, UTC. Only views call this; the code below them gets the moment as an argument."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date in the municipality's time zone."""
    return current().database.calendar.day_of(right_now())


def is_for_machines() -> bool:
    """Return whether this request is for the API and not for a page, by its path."""
    return request.path.startswith("/api/") or request.path == "/api"
