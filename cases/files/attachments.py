"""The table of attachments. Images and PDF are rewritten before they are stored, anything else is refused."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime, one_of
from cases.history.words import Visibility


class Attachment(Base):
    """One file that is attached to a case; its bytes are in the storage under `key`."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("media_type IN ('image/jpeg', 'image/png', 'application/pdf')", name="media_type"),
        Index("ix_attachment_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[Visibility] = mapped_column(one_of(Visibility), default=Visibility.PARTICIPANTS)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
