"""Claiming due rows of a table for one worker: read oldest first, skip locked rows, lease the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import takewhile
from typing import Any, cast

from sqlalchemy import BindParameter, Select, Update, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import replacement_traverse

from cases.database.base import UtcDateTime
from cases.database.clock import now
from cases.database.leases.leased import NO_LEASE, CountedLease, Leased, LeasePolicy, column_given, key_of, new_token
from cases.database.queries import any_of

MOMENT = bindparam("moment", type_=UtcDateTime)
ONE_MOMENT = select(now().label("moment")).cte("present").prefix_with("MATERIALIZED")  # the clock is read once
PRESENT = select(ONE_MOMENT.c.moment).scalar_subquery()
BEGUN_TOO_OFTEN = "begun {} times without an end"


@dataclass(frozen=True)
class Queue:
    """Describes how workers find and claim the due rows of one table; it holds no rows. `kind` is the table's model.

    `due` is a query with the parameters `moment` and `most`. It locks and returns the rows that may be begun at
    `moment`, oldest first and at most `most`, with the primary key in the first column; if the table counts claims
    (its model is a `CountedLease`), there is a column `claims` too.

    `set_aside` is a function that sets a row aside; it gets the session, the row and the reason. It is None for a table
    that does not count claims.

    `with_followers` is a function that adds, to the rows of `due`, those that come after them in the same stream, and
    returns all of them to be claimed. It gets the session, the rows, `moment` and `most`; when it is None, only the
    rows of `due` are claimed.
    """

    kind: type[Leased]
    due: Select[*tuple[Any, ...]]
    set_aside: Callable[[Session, Any, str], None] | None = None
    with_followers: Callable[[Session, Sequence[Any], datetime, int], Sequence[Any]] | None = None


@dataclass(frozen=True)
class Claim:
    """The rows that a worker has leased, oldest first; the first column of each row is its primary key.

    `kind` is the model of the rows. `token` is the token of the lease, or "" when there are no rows. `is_all` is False
    when other rows may have been due too.
    """

    kind: type[Leased]
    token: str
    rows: Sequence[Any]
    is_all: bool = True

    @property
    def keys(self) -> list[Any]:
        """The primary keys of the rows, oldest first."""
        return [row[0] for row in self.rows]


@cache
def due_at_present(due: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return a query for what is due at the present moment by the database's clock, from one with parameter `moment`.

    That moment is its last column, "moment". So nobody has to ask for it first.
    """

    def present_for(element: Any, **_: Any) -> Any:
        return PRESENT if isinstance(element, BindParameter) and element.key == MOMENT.key else None

    found = replacement_traverse(due, {}, present_for)
    return cast("Select[*tuple[Any, ...]]", found).add_columns(PRESENT.label("moment"))


def claim(session: Session, queue: Queue, policy: LeasePolicy, moment: datetime | None = None) -> Claim:
    """Lease the rows of the queue that are due at this moment, and return them; the caller commits.

    The moment is the present one by the database's clock, unless another is given.

    In a queue that counts claims, a row that an earlier claim left unfinished is claimed alone, so that no other row
    suffers if it crashes the worker. A row that has been claimed `policy.most_claims` times is set aside instead.
    """
    due, given = (due_at_present(queue.due), {}) if moment is None else (queue.due, {"moment": moment})
    rows: Sequence[Any] = session.connection().execute(due, {**given, "most": policy.batch}).all()
    if not rows:
        return Claim(queue.kind, "", [])
    begun: datetime = rows[0].moment if moment is None else moment
    found, suspected = len(rows), False
    if queue.set_aside is not None:
        rows = _before_suspects(_set_hopeless_aside(session, queue, rows, policy))
        suspected = bool(rows and rows[0].claims)
    is_all = len(rows) == found and not suspected
    if queue.with_followers is not None and rows:
        rows = queue.with_followers(session, rows, begun, policy.batch)
    token = acquire(session, queue.kind, [row[0] for row in rows], policy, begun) if rows else ""
    return Claim(queue.kind, token, rows, is_all and max(found, len(rows)) < policy.batch)


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
    """Lease the rows of the model `kind` with these primary keys, from `moment` for as long as `policy.lease`.

    Return the token of the lease, a new one for all of them. It does not check that they are free: `claim` calls it for
    rows that it has locked. For a model that counts claims (a `CountedLease`), the count of each row goes up by one.
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
