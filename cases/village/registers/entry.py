"""The table `register_entry`: what a register says of a case: who decides, who keeps the road, and their answer."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cases.case import Case
from cases.database.base import Base, BigId
from cases.history.journal import Event
from cases.village.registers.authority import Authority

LONGEST_WHERE, LONGEST_SORT, LONGEST_REF = 200, 60, 100  # characters
FILLED = ("where_text", "sort", "their_ref", "answer")  # texts: there, or NULL


class RegisterEntry(Base):
    """The entry of one case. Only staff change it, and each change is an event of the case; `event_id` is the last one.

    The case was sent on to those who decide, or else to those who keep the road, on the local day `forwarded_on`; they
    answered on `answered_on`. `sort` is one of the words of the case's topic. `erased_by_id` is the event by which
    texts of the entry were erased; they then say "(raderat)".
    """

    __tablename__ = "register_entry"
    __table_args__ = (
        CheckConstraint(
            "answered_on IS NULL OR (forwarded_on IS NOT NULL AND answered_on >= forwarded_on)",
            name="answered_after_forwarded",
        ),
        CheckConstraint("answer IS NULL OR answered_on IS NOT NULL", name="answer_has_day"),
        CheckConstraint(
            "forwarded_on IS NULL OR decides_id IS NOT NULL OR keeper_id IS NOT NULL", name="forwarded_to_somebody"
        ),
        *(CheckConstraint(f"length({name}) > 0", name=name) for name in FILLED),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey(Case.id), primary_key=True, autoincrement=False)
    decides_id: Mapped[int | None] = mapped_column(ForeignKey(Authority.id), default=None)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey(Authority.id), default=None)
    where_text: Mapped[str | None] = mapped_column(String(LONGEST_WHERE), default=None)
    sort: Mapped[str | None] = mapped_column(String(LONGEST_SORT), default=None)
    forwarded_on: Mapped[date | None] = mapped_column(default=None)
    their_ref: Mapped[str | None] = mapped_column(String(LONGEST_REF), default=None)
    answered_on: Mapped[date | None] = mapped_column(default=None)
    answer: Mapped[str | None] = mapped_column(Text, default=None)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey(Event.id), unique=True)
    erased_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey(Event.id), default=None)
