"""Logging in by a one-time link that is sent by mail.

How long a link is valid is set in `cases.access.tokens`; browser sessions are kept in `web.requests.sessions`.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for
from cases.access.tokens import LOGIN, Link, hashed, make_link, valid_link
from cases.history.events import PersonAskedForLink, PersonLoggedIn
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import spellings_of
from cases.organisation.municipality import municipality
from cases.organisation.people import Person


def ask_for_link(session: Session, email: str, browser: str, *, key: str, at: datetime) -> None:
    """Send a log-in link that works only in this browser, when an active person has this mail address.

    For an unknown address a link that belongs to nobody is stored, and no mail is sent. Storing it takes as long as for
    a known address, so that the response time does not tell which addresses exist. `browser` is the browser's cookie,
    `key` the secret key of the installation.
    """
    locked = municipality(session, locked=True)
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(email)), Person.active))
    link = make_link(session, LOGIN, key=key, at=at, person_id=person.id if person else None, browser=browser)
    if person:
        event = PersonAskedForLink(person=person.id, link=link.id)
        record_for_municipality(session, event, by=A_VISITOR, at=at, locked=locked)


def usable_link(session: Session, token: str, browser: str, *, at: datetime) -> Link | None:
    """Return the log-in link with this token, without using it up.

    None when the link is unknown, used or expired, or was requested in another browser (`browser` is its cookie).
    """
    link = valid_link(session, token, LOGIN, at)
    if link is None or link.person_id is None:
        return None
    return link if link.browser in (None, hashed(browser)) else None


def log_in(session: Session, person_id: int, *, on: date, at: datetime) -> Actor | None:
    """Record that the person logged in; return the person as an actor with the roles held on this local day.

    When the person is not active, nothing is recorded and None is returned.
    """
    actor = actor_for(session, person_id, on=on)
    if actor is not None:
        record_for_municipality(session, PersonLoggedIn(person=person_id), by=actor, at=at)
    return actor
