"""The table `contact`: when and how the municipality was in contact with a group, and when they agreed to meet next.

A record is never changed: what was wrong in it is put right by one that replaces it. What was said stands in the words
of its event, for staff alone.
"""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from cases.case import Case
from cases.database.base import Base, BigId, one_of, table_of
from cases.history.journal import Event
from cases.organisation.units import Unit


class ContactWay(StrEnum):
    """How the municipality was in contact with a group."""

    VISIT = "visit"
    PHONE = "phone"
    MEETING = "meeting"
    MAIL = "mail"


class Contact(Base):
    """One contact with a group, on the local day `on_day`; the next one was agreed for `next_on`.

    `event_id` is the event `contact.logged` by which it was written, `replaces_id` the record that this one puts right.
    """

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("how IN ('visit', 'phone', 'meeting', 'mail')", name="how"),
        CheckConstraint("next_on > on_day", name="next_is_later"),
        Index("ix_contact_unit_id", "unit_id", "on_day", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    on_day: Mapped[date]
    how: Mapped[ContactWay] = mapped_column(one_of(ContactWay))
    next_on: Mapped[date]
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id), unique=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), unique=True, default=None)


# the rooms below know no contact: a process that imports cases alone writes none, and needs no key to its table
table_of(Case).append_constraint(ForeignKeyConstraint(["contact_id"], [Contact.id], name="fk_case_contact_id"))
