"""Parties: people outside the municipality who get letters about a case, as reporter or follower."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, UtcDateTime
from cases.mail_addresses import LONGEST_ADDRESS


class Party(Base):
    """One person outside the municipality, with contact details and language: a reporter or a follower."""

    __tablename__ = "party"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    name: Mapped[str | None] = mapped_column(String(200), default=None)
    email: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS), default=None)
    phone: Mapped[str | None] = mapped_column(String(40), default=None)
    locale: Mapped[str] = mapped_column(String(5), default="sv")
    protected: Mapped[bool] = mapped_column(default=False)  # "skyddade personuppgifter"


class Follower(Base):
    """One party that follows one case.

    Letters are sent to it from `confirmed_at` until `ended_at`: none while `confirmed_at` is None.
    """

    __tablename__ = "follower"
    __table_args__ = (UniqueConstraint("case_id", "party_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
