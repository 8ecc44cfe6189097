"""Issuing and revoking API tokens, each recorded by an event of the municipality that holds no token."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.access.tokens import TOKEN_LIFETIME, ApiToken, make_api_token
from cases.history.events import PersonTokenMade, PersonTokenRevoked
from cases.history.municipality_events import record_for_municipality
from cases.organisation.people import Person
from cases.refusals import NotAllowed, NotFound


def issue_token(
    session: Session, person: Person, *, lifetime: timedelta = TOKEN_LIFETIME, by: Actor, at: datetime
) -> str:
    """Create an API token that acts as this person until its lifetime is over, and return it.

    It is not stored and cannot be shown again. Raises `NotAllowed` for anybody but an admin.
    """
    if not by.is_admin:
        raise NotAllowed(step="issue_token")
    token = make_api_token(session, person, at, lifetime=lifetime)
    latest = select(ApiToken).where(ApiToken.person_id == person.id).order_by(ApiToken.id.desc()).limit(1)
    made = session.scalars(latest).one()
    event = PersonTokenMade(person=person.id, token=made.id, expires_at=made.expires_at.isoformat())
    record_for_municipality(session, event, by=by, at=at)
    return token


def valid_tokens(session: Session, person_id: int, at: datetime) -> list[ApiToken]:
    """Return the person's API tokens that open something at the moment `at`, oldest first."""
    valid = (ApiToken.person_id == person_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > at)
    return list(session.scalars(select(ApiToken).where(*valid).order_by(ApiToken.id)))


def revoke_tokens(
    session: Session, person_id: int, token_id: int | None = None, *, by: Actor, at: datetime
) -> list[int]:
    """Revoke the person's API token with this id, or all of them for None; return the ids of those revoked.

    Only what is still valid is revoked. Raises `NotAllowed` for anybody but the person and an admin, and `NotFound`
    when the person has no valid token with this id.
    """
    if not by.is_admin and by.person_id != person_id:
        raise NotAllowed(step="revoke_token")
    ids = [token.id for token in valid_tokens(session, person_id, at) if token_id in {None, token.id}]
    if token_id is not None and not ids:
        raise NotFound(ref=f"token:{token_id}")
    session.execute(update(ApiToken).where(ApiToken.id.in_(ids)).values(revoked_at=at))
    for revoked in ids:
        record_for_municipality(session, PersonTokenRevoked(person=person_id, token=revoked), by=by, at=at)
    return ids
