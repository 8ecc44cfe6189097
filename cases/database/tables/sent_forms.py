"""Forms of pages: those that were sent and are spent, and what was written by somebody who has to log in first."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from cases.database.base import Base, BigId, UtcDateTime

SPENT_FORMS_KEPT_FOR = timedelta(days=7)
KEPT_FORMS_KEPT_FOR = timedelta(hours=2)


class SpentForm(Base):
    """One form that was sent and taken: it makes nothing more. All but `location` are hashes.

    `key` is that of the form's stamp; or of what was sent, by whom and from which browser; or of a page whose address
    was replaced from this browser. `browser` is that of a secret in the browser's cookie, `content` that of what was
    typed ("" beside the last key). `location` is the path of the page to which it leads, "" within its transaction.
    """

    __tablename__ = "spent_form"
    __table_args__ = (Index("ix_spent_form_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(String(64))
    location: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptForm(Base):
    """What somebody sent after their log-in had ended, kept until they have logged in again; two hours at most.

    `hash` is that of a secret in the browser's cookie. `path` is where the form is sent to, `typed` what was typed, as
    JSON. `person_id` is whose log-in had ended, None when the browser could not say: only they are shown it.
    """

    __tablename__ = "kept_form"
    __table_args__ = (Index("ix_kept_form_made_at", "made_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(String(500))
    typed: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


def forget_forms_under(session: Session, path: str) -> None:
    """Delete what is kept for a log-in of the forms whose path begins so."""
    session.execute(delete(KeptForm).where(KeptForm.path.startswith(path, autoescape=True)))
