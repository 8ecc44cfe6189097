"""The breaker: a mail server that cannot be reached is left alone but for one probe at a time."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from cases.database.base import table_of
from cases.database.clock import present
from cases.database.transactions import Database, insert_of
from notifications.deliveries import MailServer

LOG = structlog.get_logger()
SOONEST, LATEST = timedelta(seconds=2), timedelta(seconds=60)
PROBE_LASTS = timedelta(seconds=90)  # longer than a connection may take
NAMED = MailServer.name == bindparam("name")
DOWN = select(MailServer.name).where(NAMED, MailServer.down_since.isnot(None))
LOCKED = select(MailServer).where(NAMED).with_for_update()


def begin_probe(database: Database, name: str) -> bool:
    """Let one who found the server down be its probe, when it is time for one; False for all others.

    The probe opens a connection first, and tells `is_up` or `is_down`.
    """
    with database.transaction() as session:
        server, moment = locked(session, name), present(session)
        if server.down_since is not None:
            if not _may_probe(server, moment):
                return False
            server.probing_until = moment + PROBE_LASTS
    return True


def is_up(database: Database, name: str) -> None:
    """Tell that the server answers: everything goes out again."""
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
    return session.scalar(DOWN, {"name": name}) is not None


def _may_probe(server: MailServer, moment: datetime) -> bool:
    is_time = server.probe_at is None or server.probe_at <= moment
    return is_time and (server.probing_until is None or server.probing_until <= moment)


def locked(session: Session, name: str) -> MailServer:
    """Give the server's row, locked: who claims letters for it does so one at a time."""
    server = session.scalar(LOCKED, {"name": name})
    if server is None:
        new = insert_of(session)(table_of(MailServer)).values(name=name)
        session.execute(new.on_conflict_do_nothing())
        server = session.scalars(LOCKED, {"name": name}).one()
    return server
