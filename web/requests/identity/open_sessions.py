"""The open log-in sessions of one person, for the page on which they see and end them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.tokens import WebSession, hashed
from cases.refusals import NotFound
from web.requests.identity.sessions import IDLE_LIMIT


@dataclass(frozen=True)
class OpenSession:
    """One browser in which somebody is logged in: since when, when it was last used, and when it ends (all UTC).

    `is_this` is True for the browser that asks.
    """

    id: int
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    is_this: bool


def open_sessions(session: Session, person_id: int, token: str, at: datetime) -> list[OpenSession]:
    """Return the person's log-in sessions that are open at the moment `at`, the one that was used last first.

    `token` is that of the asking browser's cookie.
    """
    valid = (
        WebSession.person_id == person_id,
        WebSession.ended_at.is_(None),
        WebSession.expires_at > at,
        WebSession.seen_at > at - IDLE_LIMIT,
    )
    found = session.scalars(select(WebSession).where(*valid).order_by(WebSession.seen_at.desc(), WebSession.id.desc()))
    return [
        OpenSession(row.id, row.made_at, row.seen_at, row.expires_at, is_this=row.hash == hashed(token))
        for row in found
    ]


def end_own_session(session: Session, person_id: int, session_id: int, at: datetime) -> None:
    """End this log-in session of the person. Raises `NotFound` when they have no open one with this id."""
    own = (WebSession.id == session_id, WebSession.person_id == person_id, WebSession.ended_at.is_(None))
    ended = session.execute(update(WebSession).where(*own).values(ended_at=at).returning(WebSession.id))
    if ended.first() is None:
        raise NotFound(ref=f"session:{session_id}")
