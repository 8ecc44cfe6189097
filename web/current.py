"""What a request needs of the running app: its database and settings, and the present moment."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import cast

from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.database.transactions import Database
from cases.files.storage import Folder, attachments_under
from cases.organisation.domain_time import ahead_in_demonstration
from cases.organisation.municipality import municipality
from cases.settings import Settings

NEEDS_NO_DATABASE = frozenset({"health", "api_document", "security_txt"})  # blueprints; they ask no moment of it


@dataclass
class DomainClock:
    """How far the domain time of one app's database is ahead of this machine's clock: nothing but in a demonstration.

    An ordinary house is asked once, and then never again; a demonstration at each request.
    """

    is_ordinary: bool = False
    last_read: timedelta = timedelta()

    def ahead(self, database: Database) -> timedelta:
        """Return how far domain time is ahead; what was read last while the database is down."""
        if self.is_ordinary:
            return timedelta()
        try:
            with database.reading() as session:
                ahead = ahead_in_demonstration(session)
        except SQLAlchemyError:
            return self.last_read  # whoever needs the database says that it is down
        self.is_ordinary, self.last_read = ahead is None, ahead or timedelta()
        return self.last_read


@dataclass(frozen=True)
class Ventil:
    """The database and settings of one app; `create_app` stores them in the app, and `current` returns them."""

    database: Database
    settings: Settings
    domain_clock: DomainClock = field(default_factory=DomainClock)


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
    """Return the present moment in domain time, UTC: when events happen, and by which deadlines are judged.

    Only views call this; the code below them gets the moment as an argument.
    """
    return machine_now() + _ahead()


def machine_now() -> datetime:
    """Return the present moment by this machine's clock, UTC: for sessions, log-in links, rate limits and forms."""
    return datetime.now(UTC)


def read_domain_clock() -> None:
    """Read how far domain time is ahead; called before each request but those that must answer without the database.

    So no request waits for a second connection while it holds one.
    """
    if request.blueprint not in NEEDS_NO_DATABASE:
        _ahead()


def _ahead() -> timedelta:
    """Return how far domain time is ahead, the same throughout a request."""
    if "ahead" not in g:
        here = current()
        g.ahead = here.domain_clock.ahead(here.database) if here.settings.on_loopback else timedelta()
    found: timedelta = g.ahead
    return found


def today() -> date:
    """Return today's date in the municipality's time zone."""
    return current().database.calendar.day_of(right_now())


def is_for_machines() -> bool:
    """Return whether this request is for the API and not for a page, by its path."""
    return request.path.startswith("/api/") or request.path == "/api"
