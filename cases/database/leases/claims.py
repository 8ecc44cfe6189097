"""Claims: what is due in a table is read, oldest first, and leased to one worker, who works it off and finishes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile
from typing import Any

from sqlalchemy import Select, Update, bindparam, update
from sqlalchemy.orm import Session

from cases.database.base import UtcDateTime
from cases.database.leases.leased import NO_LEASE, CountedLease, Leased, LeasePolicy, column_given, key_of, new_token
from cases.database.queries import any_of

MOMENT = bindparam("moment", type_=UtcDateTime)
BEGUN_TOO_OFTEN = "begun {} times without an end"


@dataclass(frozen=True)
class Queue:
    """Where workers find rows of one kind to claim.

    `due` selects, locked and oldest first, what may be begun at "moment", at most "most" rows: the key in the first
    column, and `claims` where they are counted. `set_aside` gets a row that was begun too often and the reason; it is
    None where claims are not counted. `with_followers` gets the rows of `due`, the moment and the most that are
    wanted, and returns the rows to claim.
    """

    kind: type[Leased]
    due: Select[*tuple[Any, ...]]
    set_aside: Callable[[Session, Any, str], None] | None = None
    with_followers: Callable[[Session, Sequence[Any], datetime, int], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Claim:
    """Rows that are ours while their lease runs, oldest first, each with its key first. No rows, no token."""

    kind: type[Leased]
    token: str
    rows: Sequence[Any]

    @property
    def keys(self) -> list[Any]:
        """The primary keys of the rows, in their order."""
        return [row[0] for row in self.rows]


def claim(session: Session, queue: Queue, policy: LeasePolicy, moment: datetime) -> Claim:
    """Claim what is due in the queue at this moment, and return it; nothing of it is committed.

    A row that was begun before without an end is claimed alone, so that it takes no other with it; after
    `policy.most_claims` such claims it is set aside.
    """
    due = {"moment": moment, "most": policy.batch}
    rows: Sequence[Any] = session.connection().execute(queue.due, due).all()
    if queue.set_aside is not None:
        rows = _without_suspects(_without_hopeless(session, queue, rows, policy))
    if queue.with_followers is not None and rows:
        rows = queue.with_followers(session, rows, moment, policy.batch)
    token = acquire(session, queue.kind, [row[0] for row in rows], policy, moment) if rows else ""
    return Claim(queue.kind, token, rows)


def _without_hopeless(session: Session, queue: Queue, rows: Sequence[Any], policy: LeasePolicy) -> Sequence[Any]:
    """Set aside the oldest rows as long as they were begun too often; return the others."""
    while queue.set_aside and rows and rows[0].claims >= policy.most_claims:
        row = session.get_one(queue.kind, rows[0][0])
        queue.set_aside(session, row, BEGUN_TOO_OFTEN.format(policy.most_claims))
        session.flush()
        rows = rows[1:]
    return rows


def _without_suspects(rows: Sequence[Any]) -> Sequence[Any]:
    """Return the rows up to the first that was begun before; that one only when it is first."""
    return list(takewhile(lambda row: not row.claims, rows)) or rows[:1]


def acquire(session: Session, kind: type[Leased], keys: Sequence[Any], policy: LeasePolicy, moment: datetime) -> str:
    """Lease these rows from this moment on and return the token. A claim counts now, whatever becomes of it."""
    token = new_token()
    lease = {"lease_token": token, "lease_until": moment + policy.lease}
    session.connection().execute(_taking(kind), {"keys": keys, **lease})
    return token


@cache
def _taking(kind: type[Leased]) -> Update:
    lease: dict[str, Any] = {name: column_given(kind, name) for name in NO_LEASE}
    counted = {"claims": kind.claims + 1} if issubclass(kind, CountedLease) else {}
    return update(kind).where(any_of(key_of(kind), "keys")).values(lease | counted)
