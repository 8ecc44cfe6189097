"""The table of what is published: the masked texts of each case that visitors may read."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, UtcDateTime


class Published(Base):
    """One row of the table published: the masked texts of one case, as `publish` stored them.

    Public pages get a `PublicCase` instead, which has the present state of the case too.
    """

    __tablename__ = "published"
    __table_args__ = (Index("ix_published_received_on", "received_on", "case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    ref: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    received_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
