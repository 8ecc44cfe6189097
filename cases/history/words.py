"""The table words: the texts that people wrote, kept apart from the events so that erasing one breaks no hash."""

import hashlib
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of
from cases.randomness import random_hex


class Visibility(StrEnum):
    """Who may read a text: everybody, those who take part in the case, or only staff."""

    PUBLIC = "public"
    PARTICIPANTS = "participants"
    INTERNAL = "internal"


class Words(Base):
    """One text of an event: a row of the table words. When it is erased, `text` and `salt` become NULL.

    The event itself holds only the `commitment`, which is a hash of text and salt together.
    """

    __tablename__ = "words"
    __table_args__ = (
        CheckConstraint("(text IS NULL) = (salt IS NULL)", name="erased_together"),
        CheckConstraint("visibility IN ('public', 'participants', 'internal')", name="visibility"),
        Index("ix_words_case_id", "case_id", "id"),
        Index("ix_words_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), default=None)
    field: Mapped[str] = mapped_column(String(20))  # title, description, note, name, position
    visibility: Mapped[Visibility] = mapped_column(one_of(Visibility), default=Visibility.PARTICIPANTS)
    text: Mapped[str | None] = mapped_column(Text, default=None)
    salt: Mapped[str | None] = mapped_column(String(32), default=None)


def fresh_salt() -> str:
    """Return a new salt: 128 random bits as hexadecimal text, so that nobody can guess a short text from its hash."""
    return random_hex(16)


def commitment(text: str, salt: str) -> str:
    """Return sha256(salt + text) in hexadecimal: the event keeps this hash for ever, even if the text is erased."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()
