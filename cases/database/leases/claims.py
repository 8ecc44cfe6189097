"""Claiming due rows of a table for one worker: read oldest first, skip locked rows, lease the rest."""

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
    """How workers find and claim the due rows of one table, that of the model `kind`.

    `due` is a query with the parameters `moment` and `most`: it locks and returns at most `most` rows that may be begun
    at `moment`, oldest first, with the key in the first column. Where claims are counted, it has a column `claims`, and
    `set_aside` is called with the session, a row that was begun too often, and the reason; elsewhere `set_aside` is
    None. `with_followers` is called with the session, the rows of `due`, `moment` and `most`, and returns the rows to
    claim: also those that come after them in the same stream.
    """

    kind: type[Leased]
    due: Select[*tuple[Any, ...]]
    set_aside: Callable[[Session, Any, str], None] | None = None
    with_followers: Callable[[Session, Sequence[Any], datetime, int], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Claim:
    """The rows that a worker has leased, oldest first, each with its key in the first column.

    `token` is the token of the lease; it is "" when there are no rows.
    """

    kind: type[Leased]
    token: str
    rows: Sequence[Any]

    @property
    def keys(self) -> list[Any]:
        """The primary keys of the rows, oldest first."""
        return [row[0] for row in self.rows]


def claim(session: Session, queue: Queue, policy: LeasePolicy, moment: datetime) -> Claim:
    """Lease the rows of the queue that are due at this moment, and return them; the caller commits.

    A row that was claimed before and never finished is claimed alone: should it crash the worker, no other row suffers.
    After `policy.most_claims` claims it is set aside.
    """
    due = {"moment": moment, "most": policy.batch}
    rows: Sequence[Any] = session.connection().execute(queue.due, due).all()
    if queue.set_aside is not None:
        rows = _before_suspects(_set_hopeless_aside(session, queue, rows, policy))
    if queue.with_followers is not None and rows:
        rows = queue.with_followers(session, rows, moment, policy.batch)
    token = acquire(session, queue.kind, [row[0] for row in rows], policy, moment) if rows else ""
    return Claim(queue.kind, token, rows)


def _set_hopeless_aside(session: Session, queue: Queue, rows: Sequence[Any], policy: LeasePolicy) -> Sequence[Any]:
    """Set aside the oldest rows while they were begun too often; return the others."""
    while queue.set_aside and rows and rows[0].claims >= policy.most_claims:
        row = session.get_one(queue.kind, rows[0][0])
        queue.set_aside(session, row, BEGUN_TOO_OFTEN.format(policy.most_claims))
        session.flush()
        rows = rows[1:]
    return rows


def _before_suspects(rows: Sequence[Any]) -> Sequence[Any]:
    """Return the rows before the first that was begun before; that row alone when it is the oldest."""
    return list(takewhile(lambda row: not row.claims, rows)) or rows[:1]


def acquire(session: Session, kind: type[Leased], keys: Sequence[Any], policy: LeasePolicy, moment: datetime) -> str:
    """Lease the rows with these keys, from `moment` for as long as `policy.lease`; return the token of the lease.

    For a model that counts claims, the count of each row goes up by one.
    """
    token = new_token()
    lease = {"lease_token": token, "lease_until": moment + policy.lease}
    session.connection().execute(_acquire_statement(kind), {"keys": keys, **lease})
    return token


@cache
def _acquire_statement(kind: type[Leased]) -> Update:
    lease: dict[str, Any] = {name: column_given(kind, name) for name in NO_LEASE}
    counted = {"claims": kind.claims + 1} if issubclass(kind, CountedLease) else {}
    return update(kind).where(any_of(key_of(kind), "keys")).values(lease | counted)
