"""Kept answers: stored responses to API requests with an idempotency key, sent again when a request is repeated."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Index, String, Text, delete, or_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId, UtcDateTime
from cases.database.tables.sent_forms import KeptForm, SpentForm

IDEMPOTENCY_KEYS_KEPT_FOR = timedelta(days=7)


class KeptAnswer(Base):
    """One API request that had an idempotency key, and the response to it.

    `key` is a hash of the caller and the idempotency key, `request` a hash of method, path and body. `status` is NULL
    while the request is still being handled. `sender` and `network` tell who made an anonymous request: the hash of
    their cookie, and the keyed hash of their network; both are NULL for a request with a token.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # hash of the caller and their key
    request: Mapped[str] = mapped_column(String(64))  # hash of method, path and body
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(default=None)
    location: Mapped[str | None] = mapped_column(String(500), default=None)
    body: Mapped[str | None] = mapped_column(Text, default=None)
    sender: Mapped[str | None] = mapped_column(String(64), default=None)
    network: Mapped[str | None] = mapped_column(String(64), default=None)


def forget_answers(session: Session, ref: str, public_id: str) -> None:
    """Blank the kept answers about the case with this reference and public id, and what forms about it hold.

    The rows stay, so that a repeated request still changes nothing; its answer then has no more than the reference, and
    a form that is sent again leads to the first page. What was written in forms that are kept for a log-in goes.
    """
    names_case = or_(KeptAnswer.body.contains(f'"{ref}"'), KeptAnswer.location.contains(public_id, autoescape=True))
    session.execute(update(KeptAnswer).where(names_case).values(body=f'{{"ref":"{ref}"}}', location=None))
    led_there = SpentForm.location.contains(public_id, autoescape=True)
    session.execute(update(SpentForm).where(led_there).values(location="/"))
    session.execute(delete(KeptForm).where(KeptForm.path.contains(f"/{ref}/")))


def forget_answers_that_say(session: Session, texts: Collection[str]) -> None:
    """Blank the kept answers in which a field says exactly one of these texts; the rows stay."""
    quoted = {json.dumps(text, ensure_ascii=is_ascii) for text in texts for is_ascii in (True, False)}
    says = or_(*(KeptAnswer.body.contains(said, autoescape=True) for said in sorted(quoted)))
    if quoted:
        session.execute(update(KeptAnswer).where(says).values(body="{}", location=None))
