"""Leases: who is working on a row, until when by the database's clock, and how often it was begun.

What is not finished within its lease is claimed again by whoever comes.
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
    """Somebody else has the row by now."""


@dataclass(frozen=True)
class LeasePolicy:
    """How long a lease lasts, how often a row is begun before it is set aside, and how much is taken at once."""

    lease: timedelta = timedelta(seconds=20)
    most_claims: int = 5
    batch: int = 40


LEASE_POLICY = LeasePolicy()


# --- the columns -------------------------------------------------------------------------


class Leased(MappedAsDataclass, kw_only=True):
    """A row on which one worker at a time works: the one whose token it bears, until `lease_until`."""

    lease_token: Mapped[str | None] = mapped_column(String(32), default=None)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)

    def end_lease(self) -> None:
        """Let others claim the row."""
        self.lease_token = self.lease_until = None


class CountedLease(Leased):
    """A leased row that counts how often it was begun, so that one which ends its workers is set aside."""

    claims: Mapped[int] = mapped_column(default=0)


Kind = TypeVar("Kind", bound=Leased)


def is_unleased(row: Any, moment: Any) -> ColumnElement[bool]:
    """Return the condition that nobody holds the row at this moment."""
    return or_(row.lease_until.is_(None), row.lease_until <= moment)


def is_free(row: Any, moment: Any) -> ColumnElement[bool]:
    """Return the condition that nobody holds the row at this moment, and that it is not to be tried later."""
    return and_(is_unleased(row, moment), or_(row.next_attempt_at.is_(None), row.next_attempt_at <= moment))


# --- holding and ending ------------------------------------------------------------------


def new_token() -> str:
    """Return a token that no other lease has."""
    return secrets.token_hex(16)


def row_if_held(session: Session, kind: type[Kind], token: str, key: Any) -> Kind | None:
    """Return the row, locked, or None when somebody else has the lease by now."""
    ours = select(kind).where(key_of(kind) == key, kind.lease_token == token)
    return session.scalar(ours.with_for_update())


def renew(session: Session, kind: type[Leased], token: str, keys: Sequence[Any], until: datetime) -> int:
    """Hold those of these rows that are still the token's until this moment; return how many those are."""
    values = {"keys": keys, "token": token, "lease_until": until}
    return len(session.connection().execute(_renewing(kind), values).all())


@cache
def _renewing(kind: type[Leased]) -> Update:
    return _ours(kind).values(lease_until=column_given(kind, "lease_until"))


def finish_statement(kind: type[Leased], *given: str, **values: Any) -> Update:
    """Return the statement by which `finish` ends leases and sets `values`, and the columns `given` at the finish."""
    later = {name: column_given(kind, name) for name in given}
    return _ours(kind).values({**values, **later, **NO_LEASE})


def finish(session: Session, ending: Update, token: str, keys: Sequence[Any], **given: Any) -> int:
    """End the lease of those of these rows that the token still holds; return how many those were."""
    values = {"keys": keys, "token": token, **given}
    return len(session.connection().execute(ending, values).all())


def release(session: Session, kind: type[CountedLease], token: str, keys: Sequence[Any]) -> None:
    """Leave rows that were not begun: the claim does not count."""
    finish(session, _giving_back(kind), token, keys)


@cache
def _giving_back(kind: type[CountedLease]) -> Update:
    return finish_statement(kind, claims=kind.claims - 1)


def _ours(kind: type[Leased]) -> ReturningUpdate[Any]:
    key = key_of(kind)
    return update(kind).where(any_of(key, "keys"), kind.lease_token == bindparam("token")).returning(key)


def key_of(kind: type[Leased]) -> Any:
    """Return the column of the primary key."""
    return inspect(kind).primary_key[0]


def column_given(kind: type[Leased], name: str) -> Any:
    """Return a parameter of this column's name and type."""
    return bindparam(name, type_=getattr(kind, name).type)
