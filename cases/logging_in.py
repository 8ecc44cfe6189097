"""Logging in by a one-time link, or the code beside it, that is sent by mail.

How long a link is valid is set in `cases.access.tokens`; browser sessions are kept in `web.requests.identity.sessions`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for
from cases.access.codes import link_with_code
from cases.access.tokens import LOGIN, Link, hashed, keyed_hash, make_link, use_link, valid_link
from cases.history.events import PersonAskedForLink, PersonLoggedIn
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import owner_of, spellings_of
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.refusals import FieldRefusal

SHORTEST_GAP = timedelta(minutes=10)
DAY, MOST_A_DAY = timedelta(days=1), 5


@dataclass(frozen=True)
class Asking:
    """Who asks for a log-in letter: the mail address as typed, and the browser's cookie.

    `from_known_browser`: whether somebody with this address has logged in from that browser before.
    """

    email: str
    browser: str
    from_known_browser: bool = False


@dataclass
class WrongCode(FieldRefusal):
    """The code is not the one in the letter."""

    code: ClassVar[str] = "wrong-code"


@dataclass
class CodeTriedTooOften(FieldRefusal):
    """The code can be tried no more; the link in the letter still works."""

    code: ClassVar[str] = "code-tried-too-often"


@dataclass
class NoCodeHere(FieldRefusal):
    """No code can be used in this browser: it asked for none in the last ten minutes, or the code has been used."""

    code: ClassVar[str] = "no-code-here"


def ask_for_link(session: Session, asking: Asking, *, key: str, at: datetime) -> datetime | None:
    """Send a log-in letter whose link and code work only in this browser, when an active person has this mail address.

    Return None; or, when the quota of log-in letters of the address is spent, when it lets the next one out: at most
    one in 10 minutes and five in 24 hours. An address has one quota for browsers from which its owner has logged in
    before and one for all others, so that nobody else can spend the former; nothing but log-in letters spends them.

    For an unknown address the same is stored and returned, and no mail is sent, so that neither the answer nor how long
    it takes tells which addresses exist. `key` is the secret key of the installation.
    """
    locked = municipality(session, locked=True)
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(asking.email)), Person.active))
    address = keyed_hash(key, f"log-in:{owner_of(asking.email)}")
    next_at = _next_letter_at(session, address, asking.from_known_browser, at)
    link = make_link(session, LOGIN, key=key, at=at, person_id=person.id if person else None, browser=asking.browser)
    if next_at is None:
        link.address, link.known_browser = address, asking.from_known_browser
        session.flush()
    if person and next_at is None:
        event = PersonAskedForLink(person=person.id, link=link.id)
        record_for_municipality(session, event, by=A_VISITOR, at=at, locked=locked)
    return next_at


def _next_letter_at(session: Session, address: str, known_browser: bool, at: datetime) -> datetime | None:
    """Return when the quota of the address lets another letter out; None for now. The newest letters count."""
    sent = session.scalars(
        select(Link.made_at)
        .where(Link.address == address, Link.known_browser == known_browser, Link.made_at > at - DAY)
        .order_by(Link.made_at.desc())
        .limit(MOST_A_DAY)
    ).all()
    opens = [made_at + SHORTEST_GAP for made_at in sent[:1]]
    opens += [sent[-1] + DAY] if len(sent) == MOST_A_DAY else []
    return max((moment for moment in opens if moment > at), default=None)


def log_in_with_code(session: Session, ids: Collection[int], typed: str, *, key: str, at: datetime) -> int:
    """Use up the log-in link that has this code, among those with these ids; return the id of its person.

    Raises `WrongCode` when none of them has it. `codes.count_try` gives the ids, in a transaction before this one.
    """
    municipality(session, locked=True)  # before the link, as wherever both are locked
    link = link_with_code(session, ids, typed, key=key, at=at)
    if link is None or link.person_id is None or not use_link(session, link, at):
        raise WrongCode(field="code")
    return link.person_id


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
