"""The breaker: a mail server that cannot be reached is left alone but for one probe at a time."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.database import Database, insert_of, table_of
from notifications.deliveries import MailServer
from notifications.leases import present

LOG = structlog.get_logger()
SOONEST, LATEST = timedelta(seconds=2), timedelta(seconds=60)
PROBE_LASTS = timedelta(seconds=90)  # longer than a connection may take


def lets_through(database: Database, name: str) -> bool:
    """Say whether letters may go to the server now. True when it is down too, for the one who is to probe it.

    Whoever is let through opens a connection first, and tells `is_up` or `is_down`.
    """
    with database.reading() as session:
        server, moment = session.get(MailServer, name), present(session)
        if server is None or server.down_since is None:
            return True
        if not _may_probe(server, moment):
            return False
    return _begin_probe(database, name)


def is_up(database: Database, name: str) -> None:
    """Tell that the server answers: everything goes out again."""
    with database.reading() as session:
        if not is_down_now(session, name):
            return
    up = {"down_since": None, "probe_at": None, "probing_until": None, "last_error": None}
    with database.transaction() as session:
        session.execute(update(MailServer).where(MailServer.name == name).values(**up))
    LOG.info("mail_server.up", server=name)


def is_down(database: Database, name: str, error: str) -> None:
    """Tell that the server cannot be reached; the next probe waits a little longer each time."""
    with database.transaction() as session:
        server = locked(session, name)
        moment = present(session)
        server.down_since = server.down_since or moment
        wait = min(max((moment - server.down_since) / 2, SOONEST), LATEST)
        server.probe_at, server.probing_until = moment + wait, None
        server.last_error = error
    LOG.warning("mail_server.down", server=name, error=error, probe_in=wait.total_seconds())


def is_down_now(session: Session, name: str) -> bool:
    """Say whether the server is known to be out of reach."""
    down = select(MailServer.name).where(MailServer.name == name, MailServer.down_since.isnot(None))
    return session.scalar(down) is not None


def _begin_probe(database: Database, name: str) -> bool:
    with database.transaction() as session:
        server, moment = locked(session, name), present(session)
        if server.down_since is not None:
            if not _may_probe(server, moment):
                return False
            server.probing_until = moment + PROBE_LASTS
    return True


def _may_probe(server: MailServer, moment: datetime) -> bool:
    is_time = server.probe_at is None or server.probe_at <= moment
    return is_time and (server.probing_until is None or server.probing_until <= moment)


def locked(session: Session, name: str) -> MailServer:
    """Give the server's row, locked: who claims letters for it does so one at a time."""
    found = select(MailServer).where(MailServer.name == name).with_for_update()
    server = session.scalar(found)
    if server is None:
        new = insert_of(session)(table_of(MailServer)).values(name=name)
        session.execute(new.on_conflict_do_nothing())
        server = session.scalars(found).one()
    return server
