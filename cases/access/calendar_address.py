"""The secret address of each person's own calendar, which programs read without a log-in. Only its hash is stored."""

import base64
import hashlib
import hmac
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.tokens import hashed
from cases.database.base import Base, UtcDateTime
from cases.randomness import random_hex

TOKEN_BYTES = 16  # 128 bits, in 26 signs of base32


class CalendarAddress(Base):
    """The address of one person's own calendar; a new one takes the place of the one before.

    Its token is derived from the secret key and `nonce`, and never stored; `hash` is the hash of the token.
    """

    __tablename__ = "calendar_address"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


def replace_token(session: Session, person_id: int, *, key: str, at: datetime) -> None:
    """Give the person a new token; the one before, if any, opens nothing from now on.

    `key` is the secret key of the installation. No event is recorded: `cases.administration.api_tokens` does that.
    """
    remove_token(session, person_id)
    nonce = random_hex(16)
    session.add(CalendarAddress(person_id=person_id, nonce=nonce, hash=hashed(_token(key, nonce)), made_at=at))
    session.flush()


def remove_token(session: Session, person_id: int) -> bool:
    """Remove the person's token, which opens nothing from now on, and return True; False when there was none."""
    gone = delete(CalendarAddress).where(CalendarAddress.person_id == person_id).returning(CalendarAddress.person_id)
    return session.execute(gone).first() is not None


def calendar_token(session: Session, person_id: int, *, key: str) -> str | None:
    """Return the person's token; None when they have none, or it was made with another secret key."""
    own = session.get(CalendarAddress, person_id)
    token = _token(key, own.nonce) if own is not None else None
    return token if own is not None and token is not None and hashed(token) == own.hash else None


def person_with_calendar(session: Session, token: str) -> int | None:
    """Return the id of the person whose token this is; None when it is nobody's. They may be switched off."""
    return session.scalar(select(CalendarAddress.person_id).where(CalendarAddress.hash == hashed(token)))


def _token(key: str, nonce: str) -> str:
    digest = hmac.new(f"calendars:{key}".encode(), nonce.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().rstrip("=").lower()
