"""The database and settings of the running app, and the present moment, as a request reaches them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from flask import current_app, request

from cases.database.transactions import Database
from cases.files.storage import Folder, attachments_under
from cases.settings import Settings


@dataclass(frozen=True)
class Ventil:
    """The database and the settings of one app."""

    database: Database
    settings: Settings


def current() -> Ventil:
    """Return the database and settings of the app that answers this request."""
    return cast(Ventil, current_app.extensions["ventil"])


def storage() -> Folder:
    """Return the folder that holds the bytes of attachments."""
    return attachments_under(current().settings.var)


def right_now() -> datetime:
    """Return the present moment, UTC. Views are the edge: nothing behind them reads the clock."""
    return datetime.now(UTC)


def today() -> date:
    """Return the local date."""
    return current().database.calendar.day_of(right_now())


def is_for_machines() -> bool:
    """Return whether this request is for the API."""
    return request.path.startswith("/api/") or request.path == "/api"
