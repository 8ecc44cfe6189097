"""What opens something in a person's name without a log-in: API tokens, and the address of their own calendar.

Each is made and revoked with an event of the municipality, which holds no token.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.access.calendar_address import remove_token, replace_token
from cases.access.tokens import TOKEN_LIFETIME, ApiToken, make_api_token
from cases.history.events import PersonCalendarMade, PersonCalendarRemoved, PersonTokenMade, PersonTokenRevoked
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


def make_calendar(session: Session, *, key: str, by: Actor, at: datetime) -> None:
    """Give the actor a new address of their own calendar, in place of any they had. `key` is the secret key.

    Raises `NotAllowed` for whoever is no person.
    """
    person = _person(by)
    replace_token(session, person, key=key, at=at)
    record_for_municipality(session, PersonCalendarMade(person=person), by=by, at=at)


def remove_calendar(session: Session, *, by: Actor, at: datetime) -> None:
    """Remove the address of the actor's own calendar; nothing happens when they have none.

    Raises `NotAllowed` for whoever is no person.
    """
    person = _person(by)
    if remove_token(session, person):
        record_for_municipality(session, PersonCalendarRemoved(person=person), by=by, at=at)


def _person(by: Actor) -> int:
    if by.person_id is None:
        raise NotAllowed(step="own_calendar")
    return by.person_id
