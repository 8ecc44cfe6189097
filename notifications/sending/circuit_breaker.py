"""The circuit breaker: while a mail server cannot be reached, only one probe at a time tries to connect to it."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.transactions import Database, insert_of
from notifications.deliveries import MailServer

LOG = structlog.get_logger()
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(seconds=60)
PROBE_LASTS = timedelta(seconds=90)  # longer than a connection may take
BY_NAME = MailServer.name == bindparam("name")
DOWN = select(MailServer.name).where(BY_NAME, MailServer.down_since.isnot(None))
LOCKED = select(MailServer).where(BY_NAME).with_for_update()


def begin_probe(database: Database, name: str) -> bool:
    """Return whether the caller may try to connect to this mail server; if it is down, reserve the next try for them.

    True while the server is up. While it is down, False until the next try is due, and then True for one caller at a
    time; that caller connects and then calls `record_up` or `record_down` of this module. `name` is the server's name
    in the table mail_server.
    """
    with database.transaction() as session:
        server, moment = locked_server(session, name), present(session)
        if server.down_since is not None:
            if not _may_probe(server, moment):
                return False
            server.probing_until = moment + PROBE_LASTS
    return True


def record_up(database: Database, name: str) -> None:
    """Record that a mail server answers, so that letters are sent again; `name` is its name in table mail_server."""
    up = {"down_since": None, "probe_at": None, "probing_until": None, "last_error": None}
    with database.transaction() as session:
        session.execute(update(MailServer).where(MailServer.name == name).values(**up))
    LOG.info("mail_server.up", server=name)


def record_down(database: Database, name: str, error: str) -> None:
    """Record that a mail server cannot be reached, and why (`error`); `name` is its name in table mail_server.

    The next try to connect is due in half the time that it has been down so far, at least 2 and at most 60 seconds.
    """
    with database.transaction() as session:
        server = locked_server(session, name)
        moment = present(session)
        server.down_since = server.down_since or moment
        wait = min(max((moment - server.down_since) / 2, SHORTEST_WAIT), LONGEST_WAIT)
        server.probe_at, server.probing_until = moment + wait, None
        server.last_error = error
    LOG.warning("mail_server.down", server=name, error=error, probe_in=wait.total_seconds())


def is_down_now(session: Session, name: str) -> bool:
    """Return whether a mail server is recorded as down; `name` is its name in the table mail_server."""
    return session.scalar(DOWN, {"name": name}) is not None


def _may_probe(server: MailServer, moment: datetime) -> bool:
    is_time = server.probe_at is None or server.probe_at <= moment
    return is_time and (server.probing_until is None or server.probing_until <= moment)


def locked_server(session: Session, name: str) -> MailServer:
    """Return the row with this name in the table mail_server, inserted if it is missing; lock it until commit.

    Because of the lock only one worker at a time claims letters for the server.
    """
    server = session.scalar(LOCKED, {"name": name})
    if server is None:
        new = insert_of(session)(table_of(MailServer)).values(name=name)
        session.execute(new.on_conflict_do_nothing())
        server = session.scalars(LOCKED, {"name": name}).one()
    return server
