"""The running house, as a request reaches it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from flask import current_app, request

from cases.database.transactions import Database
from cases.files.storage import Folder, attachments_under
from cases.settings import Settings


@dataclass(frozen=True)
class Ventil:
    """What every view needs: the rows, and what the environment says."""

    database: Database
    settings: Settings


def current() -> Ventil:
    """Give the house that answers this request."""
    return cast(Ventil, current_app.extensions["ventil"])


def storage() -> Folder:
    """Return the folder that holds the bytes of attachments."""
    return attachments_under(current().settings.var)


def right_now() -> datetime:
    """Give the present moment. Views are the edge: nothing behind them asks the clock."""
    return datetime.now(UTC)


def today() -> date:
    """Give the local day."""
    return current().database.calendar.day_of(right_now())


def is_for_machines() -> bool:
    """Say whether this request is one to the API."""
    return request.path.startswith("/api/") or request.path == "/api"
