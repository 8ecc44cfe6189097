"""Logging in by a one-time link that is sent by mail.

How long a link lives stands in `cases.access.tokens`; browser sessions are kept in `web.requests.sessions`.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for
from cases.access.tokens import LOGIN, Link, hashed, make_link, valid_link
from cases.history.events import PersonAskedForLink, PersonLoggedIn
from cases.history.municipality_events import record_for_municipality
from cases.organisation.municipality import municipality
from cases.organisation.people import Person


def ask_for_link(session: Session, email: str, browser: str, *, key: str, at: datetime) -> None:
    """Make a log-in link for this browser, and an event that sends it, when an active person has this address.

    For an unknown address a link without a person is written, and no event: that takes as long, so that the time of
    the response does not tell which addresses exist.
    """
    locked = municipality(session, locked=True)
    person = session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.active))
    link = make_link(session, LOGIN, key=key, at=at, person_id=person.id if person else None, browser=browser)
    if person:
        event = PersonAskedForLink(person=person.id, link=link.id)
        record_for_municipality(session, event, by=A_VISITOR, at=at, locked=locked)


def usable_link(session: Session, token: str, browser: str, *, at: datetime) -> Link | None:
    """Return the log-in link of this token; None when it is used, expired or was requested in another browser."""
    link = valid_link(session, token, LOGIN, at)
    if link is None or link.person_id is None:
        return None
    return link if link.browser in (None, hashed(browser)) else None


def log_in(session: Session, person_id: int, *, on: date, at: datetime) -> Actor | None:
    """Record the log-in; return the person as an actor with the roles of the local day, None when not active."""
    actor = actor_for(session, person_id, on=on)
    if actor is not None:
        record_for_municipality(session, PersonLoggedIn(person=person_id), by=actor, at=at)
    return actor
