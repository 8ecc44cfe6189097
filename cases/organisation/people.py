"""People and their roles in units, each from one day to another."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    case,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from cases.database.base import Base, BigId, UtcDateTime, one_of, partial_index
from cases.mail_addresses import LONGEST_ADDRESS
from cases.organisation.sectors import Office, Sector
from cases.organisation.units import Unit, UnitKind


class Role(StrEnum):
    """The roles that people have in units; an admin belongs to the whole municipality and has no unit.

    CONTACT is for the desk's contact persons, MEMBER for those who are not staff: representatives of a group or forum.
    """

    CONTACT = "contact"
    OFFICER = "officer"
    HEAD = "head"
    MEMBER = "member"
    ADMIN = "admin"


class Person(Base):
    """One person who can log in: staff, or a representative of a group or of the forum.

    From the local day `away_from` to `away_until`, both counted, their deputy acts in their place; None: they are here.
    `logged_out_at` is when they last logged out everywhere: no browser that they used before is known to be theirs.
    `auto_reply_at` is when their mail program last answered for them, by the mail `auto_reply_mail` of the table
    `inbound`; None since they have done something themselves.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    email: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40), default=None)
    locale: Mapped[str] = mapped_column(String(5), default="sv")
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), default=None)
    active: Mapped[bool] = mapped_column(default=True)
    away_from: Mapped[date | None] = mapped_column(default=None)
    away_until: Mapped[date | None] = mapped_column(default=None)
    logged_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    auto_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    auto_reply_mail: Mapped[int | None] = mapped_column(BigId, default=None)

    deputy: Mapped[Person | None] = relationship(
        init=False, repr=False, compare=False, remote_side=[id], lazy="select", viewonly=True
    )


class Membership(Base):
    """One role of one person in one unit, from the local day `since` up to the day before `until`.

    Rows are ended, not deleted, so that the recipients of old letters can be worked out again. A seat is a membership
    of a body of kind forum with a number, `slot`: held for the group `for_unit_id`, or else for the sector. On no day
    do two hold the same seat, and a group has at most `forum_seats` of the house; triggers refuse other rows.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('contact', 'officer', 'head', 'member', 'admin')", name="role"),
        CheckConstraint("(unit_id IS NULL) = (role = 'admin')", name="only_admins_have_no_unit"),
        CheckConstraint(
            "sector IS NULL OR sector IN ('municipality', 'region', 'business', 'associations', 'citizens')",
            name="sector",
        ),
        CheckConstraint("office IS NULL OR office IN ('chair', 'secretary', 'member', 'substitute')", name="office"),
        CheckConstraint("slot IS NULL OR slot >= 1", name="slot"),
        CheckConstraint("(slot IS NULL) = (for_unit_id IS NULL AND sector IS NULL)", name="a_seat_has_a_slot"),
        CheckConstraint("role = 'member' OR (slot IS NULL AND office IS NULL)", name="only_members_sit"),
        CheckConstraint(
            "until IS NULL OR until >= since OR (slot IS NULL AND office IS NULL)", name="a_seat_ends_after_it_began"
        ),
        Index("ix_membership_unit_id", "unit_id"),
        Index("ix_membership_person_id", "person_id"),
        partial_index("ix_membership_for_unit_id", "for_unit_id", where="for_unit_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)
    role: Mapped[Role] = mapped_column(one_of(Role))
    since: Mapped[date]
    until: Mapped[date | None] = mapped_column(default=None)
    for_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), default=None)  # the group whose seat it is
    sector: Mapped[Sector | None] = mapped_column(one_of(Sector), default=None)
    slot: Mapped[int | None] = mapped_column(default=None)  # from 1, for each group, or for each sector of the body
    office: Mapped[Office | None] = mapped_column(one_of(Office), default=None)


IS_SEAT = or_(Membership.slot.is_not(None), Membership.office.is_not(None))  # condition on a membership


def serves_on(day: date | BindParameter[date], of: Any = Membership) -> ColumnElement[bool]:
    """Build the SQL condition that a membership is in force on this local day.

    It is in force from the day `since` up to the day before `until`. `of` is where these two columns are found: the
    model `Membership`, or the `c` of a table.
    """
    return and_(of.since <= day, or_(of.until.is_(None), of.until > day))


def end_memberships(session: Session, which: ColumnElement[bool], today: date) -> None:
    """End today the memberships that the condition selects, those to come before they begin."""
    ends = case((Membership.since > today, Membership.since), else_=today)
    running = or_(Membership.until.is_(None), Membership.until > today)
    session.execute(update(Membership).where(which, running).values(until=ends))


def heads_of(session: Session, unit_id: int, day: date) -> list[Person]:
    """Return the active heads of the unit on this local day, the longest-serving first."""
    return _people_with_role(session, unit_id, Role.HEAD, day)


def contact_persons(session: Session, day: date) -> list[Person]:
    """Return the active contact persons on this local day, the longest-serving first."""
    return list(
        session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Unit, Unit.id == Membership.unit_id)
            .where(Unit.kind == UnitKind.DESK, Membership.role == Role.CONTACT, Person.active, serves_on(day))
            .order_by(Membership.since, Membership.id)
        )
    )


def admins(session: Session, day: date) -> list[Person]:
    """Return the active administrators on this local day, the longest-serving first."""
    return _people_with_role(session, None, Role.ADMIN, day)


def _people_with_role(session: Session, unit_id: int | None, role: Role, day: date) -> list[Person]:
    return list(
        session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .where(Membership.unit_id.is_not_distinct_from(unit_id), Membership.role == role)
            .where(Person.active, serves_on(day))
            .order_by(Membership.since, Membership.id)
        )
    )
