"""The table of links with which letters are answered, and their tokens: each is bound to one letter and one case."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.access.tokens import hashed, keyed_code
from cases.database.base import Base, BigId, UtcDateTime
from cases.database.queries import any_of
from cases.history.journal import Event
from cases.randomness import random_hex
from notifications.preferences import without_pace_tokens

LIFETIME = timedelta(days=60)  # at most: it ends when the case goes on to another state
TOKEN_IN_TEXT = re.compile(r"/svar/[a-z2-7]{26}(?![a-z2-7])")
USED, PUT_OUT = "used", "put_out"
LinkKey = tuple[int, int]  # a delivery and a case


class LetterLink(Base):
    """One link with which a letter is answered: what it tells of one case, by whoever got it.

    Its token is derived from the secret key and `nonce`, and never stored; `hash` is the hash of the token. `seq` is
    the last event of the case that the letter told of: once the case has gone on to another state after it, the link
    is dead. The reader is the party, the person (as one who serves in the unit, if there is a unit), or else whoever
    reads the shared mailbox of the unit. `ended_as` says how it ended, when somebody ended it: "used" or "put_out".
    """

    __tablename__ = "letter_link"
    __table_args__ = (
        UniqueConstraint("delivery_id", "case_id"),
        CheckConstraint("(party_id IS NULL) <> (person_id IS NULL AND unit_id IS NULL)", name="whose"),
        CheckConstraint("(ended_at IS NULL) = (ended_as IS NULL)", name="ended"),
        CheckConstraint("ended_as IS NULL OR ended_as IN ('used', 'put_out')", name="ended_as"),
        Index("ix_letter_link_case_id", "case_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    seq: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"), default=None)
    nonce: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_as: Mapped[str | None] = mapped_column(String(10), default=None)


@dataclass(frozen=True)
class LinkReader:
    """Whose letter it is: ids of a party, or of a person with the unit in which they serve, or of a unit alone."""

    party_id: int | None = None
    person_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class WantedLink:
    """A link that a letter is to carry: for whom, and the last event of the case of which the letter tells."""

    reader: LinkReader
    seq: int


@dataclass(frozen=True)
class Moments:
    """When a link is used: in domain time, by the machine's clock, and on which local day."""

    at: datetime
    machine: datetime
    day: date


OF_DELIVERIES = select(LetterLink).where(any_of(LetterLink.delivery_id, "ids"))
BY_HASH = select(LetterLink.id)


def letter_tokens(
    session: Session, wanted: Mapping[LinkKey, WantedLink], *, key: str, at: datetime
) -> dict[LinkKey, str]:
    """Return the token of each wanted link, by delivery and case; make the links that are missing.

    A letter that is rendered again carries the same link. `key` is the secret key of the installation.
    """
    links = _links_of(session, sorted({delivery for delivery, _ in wanted}))
    missing = {place: _new_link(place, one, key, at) for place, one in wanted.items() if place not in links}
    session.add_all(missing.values())
    session.flush()
    there = links | missing
    return {place: _token(key, there[place].nonce) for place in wanted}


def link_with(session: Session, token: str) -> int | None:
    """Return the number of the link with this token; None when there is none."""
    return session.scalar(BY_HASH.where(LetterLink.hash == hashed(token)))


def changed_since(session: Session, link: LetterLink) -> set[str]:
    """Return the columns of the case that have changed since the letter was written."""
    later = select(Event.changes).where(Event.stream == link.case_id, Event.seq > link.seq)
    return {name for changes in session.scalars(later) for name in changes}


def end_link(session: Session, link: LetterLink, how: str, at: datetime) -> bool:
    """End the link as "used" or "put_out", and return True; False when it has ended before."""
    own = (LetterLink.id == link.id, LetterLink.ended_at.is_(None))
    ended = session.execute(update(LetterLink).where(*own).values(ended_at=at, ended_as=how).returning(LetterLink.id))
    return ended.first() is not None


def without_tokens(text: str) -> str:
    """Return the text with the tokens blanked by which its recipient acts, for whoever is not the recipient."""
    return without_pace_tokens(TOKEN_IN_TEXT.sub("/svar/-", text))


def _links_of(session: Session, deliveries: Sequence[int]) -> dict[LinkKey, LetterLink]:
    found = session.scalars(OF_DELIVERIES, {"ids": deliveries}) if deliveries else ()
    return {(link.delivery_id, link.case_id): link for link in found}


def _new_link(place: LinkKey, wanted: WantedLink, key: str, at: datetime) -> LetterLink:
    delivery_id, case_id = place
    nonce, reader = random_hex(16), wanted.reader
    return LetterLink(
        delivery_id=delivery_id, case_id=case_id, seq=wanted.seq, person_id=reader.person_id, unit_id=reader.unit_id,
        party_id=reader.party_id, nonce=nonce, hash=hashed(_token(key, nonce)), made_at=at, expires_at=at + LIFETIME,
    )  # fmt: skip


def _token(key: str, nonce: str) -> str:
    return keyed_code(f"letters:{key}", nonce)
