"""Leases: who is working on a row, until when by the database's clock, and how often it was begun."""

import secrets
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Update, and_, bindparam, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.database import Database, present
from notifications.asking import among

LOG = structlog.get_logger()


class LeaseLost(Exception):
    """Somebody else has the row by now."""


@dataclass(frozen=True)
class Pace:
    """How long a lease lasts, how often a row is begun before it is set aside, and how much is taken at once."""

    lease: timedelta = timedelta(seconds=20)
    most_claims: int = 5
    batch: int = 40


def is_free(row: Any, moment: Any) -> ColumnElement[bool]:
    """Hold when nobody has a lease on the row, and it is not to be tried later."""
    return and_(
        or_(row.lease_until.is_(None), row.lease_until <= moment),
        or_(row.next_attempt_at.is_(None), row.next_attempt_at <= moment),
    )


def take(session: Session, kind: Any, ids: list[int], pace: Pace, moment: datetime) -> str:
    """Claim these rows from this moment on; the claim is counted now, whatever becomes of it. Gives the token."""
    token = secrets.token_hex(16)
    taken = {"lease_token": token, "lease_until": moment + pace.lease}
    session.connection().execute(_taking(kind), {"ids": ids, **taken})
    return token


@cache
def _taking(kind: Any) -> Update:
    given = {name: bindparam(name, type_=getattr(kind, name).type) for name in ("lease_token", "lease_until")}
    return update(kind).where(among(kind.id, "ids")).values(claims=kind.claims + 1, **given)


def give_back(session: Session, kind: Any, token: str, ids: list[int]) -> None:
    """Leave rows that were not begun: the claim does not count."""
    back = {"lease_token": None, "lease_until": None, "claims": kind.claims - 1}  # no password  # nosec B105
    session.execute(update(kind).where(kind.id.in_(ids), kind.lease_token == token).values(**back))


class KeptLease:
    """Keeps the lease on the rows of a token for as long as the block runs, however slow its servers are."""

    def __init__(self, database: Database, kind: Any, token: str, pace: Pace) -> None:
        self.database, self.kind, self.token, self.pace = database, kind, token, pace
        self._kept_at = time.monotonic()
        self._over = threading.Event()

    def __enter__(self) -> "KeptLease":
        threading.Thread(target=self._keep, name="lease", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()

    @property
    def is_ours(self) -> bool:
        """True while nobody else can have claimed the rows: false after a long stop of the process."""
        return time.monotonic() - self._kept_at < self.pace.lease.total_seconds()

    def _keep(self) -> None:
        while not self._over.wait(self.pace.lease.total_seconds() / 4) and self.is_ours:
            begun = time.monotonic()
            try:
                self._renew()
            except SQLAlchemyError as error:
                LOG.warning("lease.not_renewed", error=type(error).__name__)
            else:
                self._kept_at = begun

    def _renew(self) -> None:
        with self.database.transaction() as session:
            session.execute(
                update(self.kind)
                .where(self.kind.lease_token == self.token)
                .values(lease_until=present(session) + self.pace.lease)
            )
