"""Lease columns, and acquiring, renewing, finishing and releasing a lease, by the database's clock.

A row that is not finished within its lease can be claimed again by any worker.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, String, Update, and_, bindparam, inspect, or_, select, update
from sqlalchemy.orm import Mapped, MappedAsDataclass, Session, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from cases.database.base import UtcDateTime
from cases.database.queries import any_of

NO_LEASE = {"lease_token": None, "lease_until": None}  # no password  # nosec B105


class LeaseLost(Exception):
    """Raised in a worker when its lease of a row has run out and another worker has claimed the row since then."""


@dataclass(frozen=True)
class LeasePolicy:
    """Settings: `lease` is how long a lease lasts, `batch` how many rows at most are claimed at once.

    A row that was claimed `most_claims` times without being finished is set aside, if its table counts claims.
    """

    lease: timedelta = timedelta(seconds=20)
    most_claims: int = 5
    batch: int = 40


LEASE_POLICY = LeasePolicy()


# --- the columns -------------------------------------------------------------------------


class Leased(MappedAsDataclass, kw_only=True):
    """Mixin for rows on which one worker works at a time: until `lease_until`, the one that holds `lease_token`."""

    lease_token: Mapped[str | None] = mapped_column(String(32), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    def end_lease(self) -> None:
        """End the lease on this ORM object, so that others can claim the row once the change is committed.

        It does not check who has the lease; `row_if_held` does, when the object is read. `finish` and `release` end
        leases by SQL, without an object, and check this themselves.
        """
        self.lease_token = self.lease_until = None


class CountedLease(Leased):
    """Mixin for leased rows that count their claims: a row that crashes its workers is set aside in the end."""

    claims: Mapped[int] = mapped_column(default=0)


Kind = TypeVar("Kind", bound=Leased)


def is_unleased(row: Any, moment: Any) -> ColumnElement[bool]:
    """Return the SQL condition that no lease of the row runs at this moment.

    `row` is where the columns are found: a model, or the `c` of a table.
    """
    return or_(row.lease_until.is_(None), row.lease_until <= moment)


def is_free(row: Any, moment: Any) -> ColumnElement[bool]:
    """Return the SQL condition that no lease of the row runs at this moment and its next attempt is due.

    It is due when `next_attempt_at` is NULL or not after the moment. `row` is where the columns are found: a model, or
    the `c` of a table.
    """
    return and_(is_unleased(row, moment), or_(row.next_attempt_at.is_(None), row.next_attempt_at <= moment))


# --- holding and ending ------------------------------------------------------------------


def new_token() -> str:
    """Return a new random token for a lease (128 bits, hexadecimal)."""
    return secrets.token_hex(16)


def row_if_held(session: Session, kind: type[Kind], token: str, key: Any) -> Kind | None:
    """Return the object of the model `kind` with this primary key, its row locked for update.

    `token` is that of the caller's lease; None is returned when the row no longer has it, or no longer exists.
    """
    held = select(kind).where(key_of(kind) == key, kind.lease_token == token)
    return session.scalar(held.with_for_update())


def renew(session: Session, kind: type[Leased], token: str, keys: Sequence[Any], until: datetime) -> int:
    """Extend the lease to `until`, for those rows of the model `kind` whose lease still has this token.

    `keys` are the primary keys of the rows to look at. Return the number of rows for which it was extended.
    """
    values = {"keys": keys, "token": token, "lease_until": until}
    return len(session.connection().execute(_renew_statement(kind), values).all())


@cache
def _renew_statement(kind: type[Leased]) -> Update:
    return _update_held(kind).values(lease_until=column_given(kind, "lease_until"))


def finish_statement(kind: type[Leased], *given: str, **values: Any) -> Update:
    """Return an UPDATE of the table of `kind` that ends leases and sets columns of the rows; `finish` executes it.

    `values` holds columns with a value that is known now. `given` names further columns; their values are passed to
    `finish` later.
    """
    parameters = {name: column_given(kind, name) for name in given}
    return _update_held(kind).values({**values, **parameters, **NO_LEASE})


def finish(session: Session, statement: Update, token: str, keys: Sequence[Any], **given: Any) -> int:
    """End the lease of those rows with these keys whose lease still has this token; return how many rows these are.

    `statement` was made by `finish_statement`. `given` holds the values of the columns that were named there.
    """
    values = {"keys": keys, "token": token, **given}
    return len(session.connection().execute(statement, values).all())


def release(session: Session, kind: type[CountedLease], token: str, keys: Sequence[Any]) -> None:
    """End the lease of rows on which the worker has not begun to work, and subtract the claim from their `claims`.

    `kind` is the model, `keys` are primary keys. Rows whose lease no longer has this token are left as they are.
    """
    finish(session, _release_statement(kind), token, keys)


@cache
def _release_statement(kind: type[CountedLease]) -> Update:
    return finish_statement(kind, claims=kind.claims - 1)


def _update_held(kind: type[Leased]) -> ReturningUpdate[Any]:
    key = key_of(kind)
    return update(kind).where(any_of(key, "keys"), kind.lease_token == bindparam("token")).returning(key)


def key_of(kind: type[Leased]) -> Any:
    """Return the primary key column of the model."""
    return inspect(kind).primary_key[0]


def column_given(kind: type[Leased], name: str) -> Any:
    """Return a bind parameter with the name and type of this column."""
    return bindparam(name, type_=getattr(kind, name).type)
