"""API tokens, one-time links (log in, follow, unfollow) and browser sessions. Only hashes of tokens are stored."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TypedDict, Unpack

from sqlalchemy import CheckConstraint, ForeignKey, String, false, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, partial_index
from cases.organisation.people import Person
from cases.randomness import random_hex

TOKEN_LIFETIME = timedelta(days=365)  # of an API token, unless another one was asked for
CODE_BYTES = 16  # 128 bits
LOGIN, FOLLOW, UNFOLLOW = "login", "follow", "unfollow"
LINK_LIFETIMES = {LOGIN: timedelta(minutes=10), FOLLOW: timedelta(days=7), UNFOLLOW: timedelta(days=3650)}


class ApiToken(Base):
    """One API token, with which a program acts as a person."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class Link(Base):
    """One link that is mailed to somebody, for one purpose: to log in, to follow a case or to stop following it.

    Its token, and the code beside a log-in link, are derived from the secret key and `nonce`, and never stored; `hash`
    is the hash of the token. `address` is the keyed hash of the address that a log-in letter was asked for, and `quota`
    that of the quota that it has spent: of the address in one `known_browser`, or in the network that asked. Both are
    NULL for other links, and for a log-in link that no letter carries. `tries` counts how often a code was tried.
    """

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint("purpose IN ('login', 'follow', 'unfollow')", name="purpose"),
        partial_index("ix_link_browser", "browser", where="browser IS NOT NULL"),
        partial_index("ix_link_address", "address", "made_at", where="address IS NOT NULL"),
        partial_index("ix_link_quota", "quota", "made_at", where="quota IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    purpose: Mapped[str] = mapped_column(String(20))
    nonce: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("follower.id"), default=None)
    browser: Mapped[str | None] = mapped_column(String(64), default=None)  # hash of the asking browser's cookie
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    address: Mapped[str | None] = mapped_column(String(64), default=None)  # keyed hash of it, without what follows a +
    known_browser: Mapped[bool] = mapped_column(default=False, server_default=false())
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    quota: Mapped[str | None] = mapped_column(String(64), default=None)


class WebSession(Base):
    """One browser session of a person who has logged in."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


def hashed(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal; only this is stored, never the token."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(key: str, text: str) -> str:
    """Return a hash of the text in hexadecimal that nobody can make, or try texts for, without the secret `key`."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def keyed_code(key: str, text: str) -> str:
    """Return a code for the text that nobody can make without the secret `key`: 128 bits, 26 signs of base32."""
    digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:CODE_BYTES]).decode().rstrip("=").lower()


def make_api_token(session: Session, person: Person, at: datetime, *, lifetime: timedelta = TOKEN_LIFETIME) -> str:
    """Create an API token that acts as this person, and return it. It is not stored and cannot be shown again.

    No event is recorded: `cases.administration.api_tokens.issue_token` does that.
    """
    token = f"vt_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(person_id=person.id, hash=hashed(token), made_at=at, expires_at=at + lifetime))
    session.flush()
    return token


def person_id_for_token(session: Session, token: str, at: datetime) -> int | None:
    """Return the id of the person for whom this API token was made.

    None when the token is unknown or revoked, or has expired at the moment `at`.
    """
    valid = (ApiToken.hash == hashed(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > at)
    return session.scalar(select(ApiToken.person_id).where(*valid))


def has_expired(session: Session, token: str, at: datetime) -> bool:
    """Return whether this API token was valid once and its time is over at the moment `at`; False for a revoked one."""
    ended = (ApiToken.hash == hashed(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at <= at)
    return session.scalar(select(ApiToken.id).where(*ended)) is not None


class LinkHolder(TypedDict, total=False):
    """Whose a link is: the id of a person or of a follower, and the cookie of the only browser that may use it.

    Without an id it belongs to nobody; without a cookie any browser may use it.
    """

    person_id: int | None
    follower_id: int | None
    browser: str | None


def make_link(session: Session, purpose: str, *, key: str, at: datetime, **whose: Unpack[LinkHolder]) -> Link:
    """Create a link, store it, and return it; see `new_link`."""
    link = new_link(purpose, key=key, at=at, **whose)
    session.add(link)
    session.flush()
    return link


def new_link(purpose: str, *, key: str, at: datetime, **whose: Unpack[LinkHolder]) -> Link:
    """Return a link for `purpose` ("login", "follow" or "unfollow") that is in no session yet.

    From `at` a log-in link is valid for 10 minutes (ASVS 6.5.5), a follow link for 7 days, an unfollow link for 10
    years. `key` is the secret key of the installation.
    """
    nonce, browser = random_hex(16), whose.get("browser")
    return Link(
        purpose=purpose,
        nonce=nonce,
        hash=hashed(_token(key, purpose, nonce)),
        person_id=whose.get("person_id"),
        follower_id=whose.get("follower_id"),
        browser=hashed(browser) if browser else None,
        made_at=at,
        expires_at=at + LINK_LIFETIMES[purpose],
    )


def link_token(link: Link, key: str) -> str:
    """Return the link's token, which is part of the URL in the mail. `key` is the secret key of the installation."""
    return _token(key, link.purpose, link.nonce)


def valid_link(session: Session, token: str, purpose: str, at: datetime) -> Link | None:
    """Return the link that has this token and purpose, without marking it as used.

    None when there is no such link, when it has been used, or when it has expired at the moment `at`.
    """
    return session.scalar(
        select(Link).where(
            Link.hash == hashed(token), Link.purpose == purpose, Link.used_at.is_(None), Link.expires_at > at
        )
    )


def is_active(session: Session, person_id: int | None) -> bool:
    """Return whether this is the id of a person who has not been switched off; False for None."""
    return session.scalar(select(Person.active).where(Person.id == person_id)) or False


def use_link(session: Session, link: Link, at: datetime) -> bool:
    """Mark the link as used and return True; False when another request has used it first (ASVS 15.4.2)."""
    used = session.execute(
        update(Link).where(Link.id == link.id, Link.used_at.is_(None)).values(used_at=at).returning(Link.id)
    )
    return used.first() is not None


def _token(key: str, purpose: str, nonce: str) -> str:
    return hmac.new(f"links:{key}".encode(), f"{purpose}:{nonce}".encode(), hashlib.sha256).hexdigest()[:43]
