"""Who is invited to a meeting, what they answered, and whether they came."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cases.database.base import Base, BigId, one_of
from cases.meetings.meeting import Meeting
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party


class InvitationAnswer(StrEnum):
    """What somebody answers to an invitation."""

    YES = "yes"
    NO = "no"
    MAYBE = "maybe"


class Invited(Base):
    """One person who can log in, or one party outside, who is invited to a meeting; a `guest` does not sit in the body.

    `for_unit_id` is the unit for which they come. `present` is None until it is noted. Triggers of the database refuse
    every change once the minutes are adjusted.
    """

    __tablename__ = "invited"
    __table_args__ = (
        UniqueConstraint("meeting_id", "person_id"),
        UniqueConstraint("meeting_id", "party_id"),
        CheckConstraint("(person_id IS NULL) <> (party_id IS NULL)", name="one"),
        CheckConstraint("answer IN ('yes', 'no', 'maybe')", name="answer"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id), default=None)
    party_id: Mapped[int | None] = mapped_column(ForeignKey(Party.id), default=None)
    for_unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id), default=None)
    guest: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[InvitationAnswer | None] = mapped_column(one_of(InvitationAnswer), default=None)
    present: Mapped[bool | None] = mapped_column(default=None)
