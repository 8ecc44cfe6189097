"""Log-in sessions of people and API tokens of machines: one query finds the person to whom a session or token belongs.

The query for a log-in session also reads the page frame (what is shown around every page), which every page needs.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Table, bindparam, insert, null, select, true, update
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, HeldRole, person_as_actor
from cases.access.tokens import ApiToken, WebSession, hashed
from cases.database.base import table_of
from cases.organisation.people import Membership, Person, serves_on
from cases.organisation.units import Unit
from web.requests.page_frame import FRAME_COLUMNS, IS_SWEEP, MUNICIPALITY, SCHEDULE, PageFrame, frame_from

LIFETIME = timedelta(days=14)  # of a session, however much it is used
IDLE_LIMIT = timedelta(hours=12)  # without a request
NOTED_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class Caller:
    """Who sent a request: the actor, their language, and the page frame (None for a visitor and for a machine).

    `locale` is the stored language, "sv" or "en", None for a visitor. `seen_at` is when their
    log-in session was last recorded as used; None without a log-in session.
    """

    actor: Actor = A_VISITOR
    locale: str | None = None
    seen_at: datetime | None = None
    frame: PageFrame | None = None  # known of those who are logged in

    def is_to_be_noted(self, at: datetime) -> bool:
        """Return whether to call `note_session`: the last use was recorded more than ten minutes before `at`.

        False for a caller without a log-in session.
        """
        return self.seen_at is not None and at - self.seen_at > NOTED_EVERY


def open_session(session: Session, person_id: int, at: datetime) -> str:
    """Open a log-in session of this person at the moment `at`; return its token for the browser's cookie.

    Only the token's hash is stored. `session` is the database session.
    """
    token = secrets.token_urlsafe(32)
    session.execute(
        insert(WebSession).values(
            hash=hashed(token), person_id=person_id, made_at=at, seen_at=at, expires_at=at + LIFETIME
        )
    )
    return token


def note_session(session: Session, token: str, at: datetime) -> None:
    """Record that the log-in session with this `token`, from the browser's cookie, is used at the moment `at`.

    Twelve hours without use end a log-in session. `session` is the database session.
    """
    session.execute(update(WebSession).where(WebSession.hash == hashed(token)).values(seen_at=at))


def end_session(session: Session, token: str, at: datetime) -> None:
    """End the log-in session with this token at the moment `at`; do nothing if it has ended already."""
    session.execute(_still_open(at).where(WebSession.hash == hashed(token)))


def end_every_session(session: Session, person_id: int, at: datetime) -> None:
    """End all log-in sessions of this person at the moment `at`; no browser counts as known to be theirs any longer."""
    session.execute(_still_open(at).where(WebSession.person_id == person_id))
    session.execute(update(Person).where(Person.id == person_id).values(logged_out_at=at))


def caller_with_session(session: Session, token: str, at: datetime, day: date) -> Caller | None:
    """Find the caller whose log-in session has this token, from the cookie of a browser.

    None when the session is unknown, ended, unused for twelve hours or fourteen days old, or the person is inactive.
    `day` is today's local date, for which the caller's roles are read.
    """
    parameters = {"hash": hashed(token), "at": at, "idle_since": at - IDLE_LIMIT, "day": day}
    rows = session.connection().execute(BY_SESSION, parameters).all()
    return replace(_caller(rows), frame=frame_from(rows)) if rows else None


def caller_with_token(session: Session, token: str, at: datetime, day: date) -> Caller | None:
    """Find the caller who holds this API token.

    None when the token is unknown or revoked, has expired at the moment `at`, or the person is inactive.

    `day` is today's local date, for which the caller's roles are read.
    """
    rows = session.connection().execute(BY_TOKEN, {"hash": hashed(token), "at": at, "day": day}).all()
    return _caller(rows) if rows else None


def _still_open(at: datetime) -> Any:
    return update(WebSession).where(WebSession.ended_at.is_(None)).values(ended_at=at)


def _caller(rows: Sequence[Any]) -> Caller:
    first = rows[0]
    roles = tuple(HeldRole(row.unit_id, row.role, row.kind) for row in rows if row.role is not None)
    return Caller(person_as_actor(first, roles), first.locale, first.seen_at)


def _holder_of(key: Table, seen_at: Any) -> Select[Any]:
    """Return the query for the person who holds a key (session or token), with the roles of one day.

    It selects from tables and not from classes, which is faster: it runs at every request.
    """
    person, membership = table_of(Person).c, table_of(Membership).c
    return (
        select(person.id, person.name, person.email, person.locale, person.auto_reply_at, seen_at)
        .add_columns(membership.unit_id, membership.role, UNIT.c.kind)
        .select_from(key)
        .join(table_of(Person), person.id == key.c.person_id)
        .outerjoin(table_of(Membership), (membership.person_id == person.id) & serves_on(bindparam("day"), membership))
        .outerjoin(UNIT, UNIT.c.id == membership.unit_id)
        .where(key.c.hash == bindparam("hash"), person.active)
    )


TOKEN, SESSION, UNIT = table_of(ApiToken), table_of(WebSession), table_of(Unit)
BY_TOKEN = _holder_of(TOKEN, null().label("seen_at")).where(
    TOKEN.c.revoked_at.is_(None), TOKEN.c.expires_at > bindparam("at")
)
BY_SESSION = (
    _holder_of(SESSION, SESSION.c.seen_at)
    .add_columns(*FRAME_COLUMNS, UNIT.c.slug.label("unit"), UNIT.c.name.label("unit_name"))
    .join(MUNICIPALITY, true())
    .outerjoin(SCHEDULE, IS_SWEEP)
    .where(
        SESSION.c.ended_at.is_(None),
        SESSION.c.expires_at > bindparam("at"),
        SESSION.c.seen_at > bindparam("idle_since"),
    )
    .order_by(UNIT.c.name)
)
