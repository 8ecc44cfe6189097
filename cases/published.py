"""The published view: the only table that public pages read, with its columns allow-listed and its words masked."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database import Base, UtcDateTime


class Published(Base):
    """What everybody may read of a case that somebody at the desk has published."""

    __tablename__ = "published"
    __table_args__ = (Index("ix_published_received_on", "received_on", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
