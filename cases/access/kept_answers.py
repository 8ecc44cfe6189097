"""Kept answers: what a request with an idempotency key got, so that the same request gets it again."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime

KEPT_FOR = timedelta(days=7)


class KeptAnswer(Base):
    """A key that was used, by whom and for what; and the answer that it got."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # hash of whose it is and what they called it
    request: Mapped[str] = mapped_column(String(64))  # hash of method, path and body
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(default=None)
    location: Mapped[str | None] = mapped_column(String(500), default=None)
    body: Mapped[str | None] = mapped_column(Text, default=None)
