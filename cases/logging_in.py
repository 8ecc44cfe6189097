"""Logging in by a one-time link, or the code beside it, that is sent by mail.

How long a link is valid is set in `cases.access.tokens`; browser sessions are kept in `web.requests.identity.sessions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from cases.access.actors import A_VISITOR, Actor, actor_for
from cases.access.codes import count_try, link_with_code, was_used
from cases.access.tokens import LOGIN, Link, hashed, is_active, keyed_hash, make_link, use_link, valid_link
from cases.history.events import PersonAskedForLink, PersonLoggedIn
from cases.history.municipality_events import record_for_municipality
from cases.mail_addresses import as_compared, owner_of, spellings_of
from cases.organisation.municipality import municipality
from cases.organisation.people import Person
from cases.refusals import FieldRefusal

SHORTEST_GAP = timedelta(minutes=10)  # between two letters of one quota
DAY, MOST_A_DAY = timedelta(days=1), 5  # letters of one quota
MOST_FROM_ALL_NETWORKS = 20  # letters a day to the addresses of one owner, known browsers aside


@dataclass(frozen=True)
class KnownBrowser:
    """A browser from which the owner of an address has logged in before: its random id, and when they did (UTC)."""

    id: str
    since: datetime


@dataclass(frozen=True)
class Asking:
    """Who asks for a log-in letter: the mail address as typed, the browser's cookie, and the network that it is in.

    `known_browser` is given when somebody with this address has logged in from that browser before. `wanted` is the
    path of the page to which the log-in is to lead, where that tells nothing private (None: none).
    """

    email: str
    browser: str
    network: str = ""
    known_browser: KnownBrowser | None = None
    wanted: str | None = None


@dataclass(frozen=True)
class RequestedLetter:
    """What became of it: a letter goes out (`next_at` is None), or none before `next_at` (UTC).

    `has_letter` tells whether this browser can use a letter to the address that went out before, and `was_just_asked`
    whether only that letter, of the last ten minutes, is the reason that none goes out now: no quota of a day is spent.
    All of it is the same for an address that nobody here has.
    """

    next_at: datetime | None
    has_letter: bool
    was_just_asked: bool = False


@dataclass(frozen=True)
class Quota:
    """Whose quota a letter spends: keyed hashes of the address and of the quota."""

    address: str
    key: str
    of_known_browser: bool


@dataclass
class WrongCode(FieldRefusal):
    """The code is not the one in the letter."""

    code: ClassVar[str] = "wrong-code"


@dataclass
class LastTryWrong(FieldRefusal):
    """The code is not the one in the letter, and it can be tried no more; the link in the letter still works."""

    code: ClassVar[str] = "last-try-wrong"


@dataclass
class CodeTriedTooOften(FieldRefusal):
    """The code can be tried no more; the link in the letter still works."""

    code: ClassVar[str] = "code-tried-too-often"


@dataclass
class CodeUsed(FieldRefusal):
    """The code is the right one, and has been used in this browser within the last ten minutes."""

    code: ClassVar[str] = "code-used"


@dataclass
class NoCodeHere(FieldRefusal):
    """No code can be used in this browser: it asked for none in the last ten minutes, or the code has been used."""

    code: ClassVar[str] = "no-code-here"


def ask_for_link(session: Session, asking: Asking, *, key: str, at: datetime) -> RequestedLetter:
    """Send a log-in letter whose link and code work only in this browser, when an active person has this mail address.

    An address has a quota in each network that asks and in each browser from which its owner has logged in before: one
    letter in 10 minutes and five in 24 hours. Together all networks cause at most 20 in 24 hours. Nothing but log-in
    letters counts. All addresses of an owner that have an account share these quotas; an address that has none counts
    for itself alone, so that nobody can spend another's.

    For an unknown address the same is stored and returned, and no mail is sent, so that neither the answer nor how long
    it takes tells which addresses exist. `key` is the secret key of the installation.
    """
    locked = municipality(session, locked=True)
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(asking.email)), Person.active))
    quota = _quota_of(asking, person, key)
    next_at = _next_letter_at(session, quota, at)
    was_just_asked = next_at is not None and next_at <= at + SHORTEST_GAP
    has_letter = next_at is not None and _has_letter(session, asking.browser, quota.address, at)
    link = make_link(session, LOGIN, key=key, at=at, person_id=person.id if person else None, browser=asking.browser)
    if next_at is None:
        link.address, link.quota, link.known_browser = quota.address, quota.key, quota.of_known_browser
        session.flush()
    if person and next_at is None:
        event = PersonAskedForLink(person=person.id, link=link.id, wanted=asking.wanted)
        record_for_municipality(session, event, by=A_VISITOR, at=at, locked=locked)
    return RequestedLetter(next_at, has_letter, was_just_asked)


def _quota_of(asking: Asking, person: Person | None, key: str) -> Quota:
    whose = f"owner:{owner_of(person.email)}" if person else f"nobody:{as_compared(asking.email)}"
    known = asking.known_browser
    if known and person and person.logged_out_at and known.since <= person.logged_out_at:
        known = None
    place = f"browser:{known.id}" if known else f"network:{asking.network}"
    address = keyed_hash(key, f"log-in:{whose}")
    return Quota(address, keyed_hash(key, f"log-in:{whose}:{place}"), of_known_browser=known is not None)


def _next_letter_at(session: Session, quota: Quota, at: datetime) -> datetime | None:
    """Return when the quota, and the cap of its address, let another letter out; None for now."""
    sent = _sent(session, Link.quota == quota.key, at=at, most=MOST_A_DAY)
    opens = [made_at + SHORTEST_GAP for made_at in sent[:1]]
    opens += [sent[-1] + DAY] if len(sent) == MOST_A_DAY else []
    if not quota.of_known_browser:
        from_all = (Link.address == quota.address, Link.known_browser.is_(False))
        sent = _sent(session, *from_all, at=at, most=MOST_FROM_ALL_NETWORKS)
        opens += [sent[-1] + DAY] if len(sent) == MOST_FROM_ALL_NETWORKS else []
    return max((moment for moment in opens if moment > at), default=None)


def _sent(session: Session, *of: ColumnElement[bool], at: datetime, most: int) -> Sequence[datetime]:
    """Return when letters were asked for within a day, the newest first, at most so many."""
    made = select(Link.made_at).where(*of, Link.made_at > at - DAY).order_by(Link.made_at.desc())
    return session.scalars(made.limit(most)).all()


def _has_letter(session: Session, browser: str, address: str, at: datetime) -> bool:
    usable = (Link.used_at.is_(None), Link.expires_at > at)
    mine = (Link.browser == hashed(browser), Link.address == address, *usable)
    return session.scalar(select(Link.id).where(*mine).limit(1)) is not None


def log_in_with_code(session: Session, browser: str, typed: str, *, key: str, at: datetime) -> int | FieldRefusal:
    """Use up the log-in link of this browser (its cookie) that has this code; return the id of its person.

    Return the refusal when there is none, so that the caller can commit the try that was counted: it is counted before
    codes are compared, with the municipality locked, so that two at once come one after the other (ASVS 6.6.3).
    """
    municipality(session, locked=True)  # before the link, as wherever both are locked
    if was_used(session, browser, typed, key=key, at=at):
        return CodeUsed(field="code")
    tries = count_try(session, browser, at=at)
    if not tries.ids:
        return CodeTriedTooOften(field="code") if tries.too_often else NoCodeHere(field="code")
    link = link_with_code(session, tries.ids, typed, key=key, at=at)
    if link is not None and link.person_id is not None and use_link(session, link, at):
        return link.person_id
    return LastTryWrong(field="code") if tries.was_last else WrongCode(field="code")


def usable_link(session: Session, token: str, browser: str, *, at: datetime) -> Link | None:
    """Return the log-in link with this token, without using it up.

    None when the link is unknown, used or expired, was requested in another browser (`browser` is its cookie), or its
    person has been switched off.
    """
    link = valid_link(session, token, LOGIN, at)
    if link is None or not is_active(session, link.person_id):
        return None
    return link if link.browser in (None, hashed(browser)) else None


def link_of_another_browser(session: Session, token: str, browser: str, *, at: datetime) -> Link | None:
    """Return the log-in link with this token if it can be used, only not in this browser (`browser` is its cookie).

    That of an address that nobody has is returned too; no letter carries it.
    """
    link = valid_link(session, token, LOGIN, at)
    return link if link is not None and link.browser not in (None, hashed(browser)) else None


def next_letter_at(session: Session, asking: Asking, *, key: str, at: datetime) -> datetime | None:
    """Return when a letter can go out to whoever asks so (UTC), None for now. Nothing is asked for.

    It tells whether the address is known here, so it is for somebody who has proved that they get its mail.
    """
    person = session.scalar(select(Person).where(Person.email.in_(spellings_of(asking.email)), Person.active))
    return _next_letter_at(session, _quota_of(asking, person, key), at)


def can_use_code(session: Session, browser: str, *, at: datetime) -> bool:
    """Return whether this browser (`browser` is its cookie) asked for a letter whose code has not been used or expired.

    It is the same for an address that nobody has.
    """
    usable = (Link.browser == hashed(browser), Link.used_at.is_(None), Link.expires_at > at)
    return bool(browser) and session.scalar(select(Link.id).where(*usable).limit(1)) is not None


def used_here(session: Session, token: str, browser: str, *, at: datetime) -> bool:
    """Return whether the log-in link with this token was used in this browser within the ten minutes of its life."""
    used = (Link.hash == hashed(token), Link.purpose == LOGIN, Link.used_at.is_not(None), Link.expires_at > at)
    return session.scalar(select(Link.id).where(*used, Link.browser == hashed(browser))) is not None


def log_in(session: Session, person_id: int, *, on: date, at: datetime) -> Actor | None:
    """Record that the person logged in; return the person as an actor with the roles held on this local day.

    When the person is not active, nothing is recorded and None is returned.
    """
    actor = actor_for(session, person_id, on=on)
    if actor is not None:
        record_for_municipality(session, PersonLoggedIn(person=person_id), by=actor, at=at)
    return actor
