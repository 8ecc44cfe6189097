"""What a page of an agenda tells besides of each case, and who is at the table: one query each, however many."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import false, or_, select, true
from sqlalchemy.orm import Session

from cases.case import WITH_NAMES, Case
from cases.history.words import Words
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import body_id_of
from cases.meetings.resolution import StoodAside
from cases.organisation.people import Membership, Person, serves_on
from cases.parties import Party
from cases.village.forum.reading.shown import MeetingListed

DESCRIPTION = (
    select(Words.text)
    .where(Words.case_id == Case.id, Words.field == "description")
    .order_by(Words.id.desc())
    .limit(1)
    .correlate(Case)
    .scalar_subquery()
)


@dataclass(frozen=True)
class CaseOnAgenda:
    """A case on an agenda with its latest description, not masked; "" when there is none."""

    case: Case
    description: str


@dataclass(frozen=True)
class AtTable:
    """Somebody who is invited to a meeting, or who `sits` in its body on the day. `logs_in`: they can log in here.

    `called`: they have been invited by name; who sits in the body takes part without that.
    """

    name: str
    email: str
    logs_in: bool
    guest: bool
    answer: InvitationAnswer | None = None
    present: bool | None = None
    sits: bool = False
    called: bool = True


@dataclass(frozen=True)
class PresentShown:
    """Who came to a meeting: the `names` of those who sat in its body, and how many `others`: guests and officials."""

    names: tuple[str, ...]
    others: int

    @property
    def count(self) -> int:
        """How many came."""
        return len(self.names) + self.others


def cases_on_agenda(session: Session, refs: Collection[str]) -> dict[str, CaseOnAgenda]:
    """Return the cases with these references, by reference; those that are not there are left out. One query."""
    if not refs:
        return {}
    rows = session.execute(select(Case, DESCRIPTION).where(Case.ref.in_(refs)).options(*WITH_NAMES))
    return {case.ref: CaseOnAgenda(case, words or "") for case, words in rows}


def who_stood_aside(session: Session, resolution_id: int) -> list[str]:
    """Return the mail addresses of those who took no part in this resolution. One query; for staff alone."""
    aside = select(Person.email).join(StoodAside, StoodAside.person_id == Person.id)
    return list(session.scalars(aside.where(StoodAside.resolution_id == resolution_id).order_by(Person.id)))


def present_at(session: Session, meeting: MeetingListed) -> PresentShown:
    """Return who came to the meeting: by name who sat in its body on the day, and how many others. One query."""
    sat = (Membership.unit_id == body_id_of(meeting.body), serves_on(meeting.held_on))
    found = (
        select(Person.name, Person.id.in_(select(Membership.person_id).where(*sat)).label("sits"))
        .select_from(Invited)
        .outerjoin(Person, Person.id == Invited.person_id)
        .where(Invited.meeting_id == meeting.number, Invited.present.is_(True))
        .order_by(Person.name)
    )
    rows = session.execute(found).all()
    names = tuple(row.name for row in rows if row.sits and row.name)
    return PresentShown(names, len(rows) - len(names))


def at_table(session: Session, meeting: MeetingListed) -> list[AtTable]:
    """Return who is invited to the meeting or sits in its body on its day, guests last; two queries.

    For staff alone: it holds mail addresses.
    """
    there = Invited.meeting_id == meeting.number
    in_body = (Membership.unit_id == body_id_of(meeting.body), serves_on(meeting.held_on))
    seats = select(Membership.person_id).where(*in_body)
    people = (
        select(
            Person.name,
            Person.email,
            Invited.guest,
            Invited.answer,
            Invited.present,
            Invited.id.is_not(None).label("called"),
            Person.id.in_(seats).label("sits"),
        )
        .outerjoin(Invited, (Invited.person_id == Person.id) & there)
        .where(or_(Invited.id.is_not(None), Person.active & Person.id.in_(seats)))
    )
    parties = (
        select(
            Party.name,
            Party.email,
            Invited.guest,
            Invited.answer,
            Invited.present,
            true().label("called"),
            false().label("sits"),
        )
        .join(Invited, Invited.party_id == Party.id)
        .where(there)
    )
    found = [
        AtTable(
            row.name or row.email or "",
            row.email or "",
            logs_in,
            bool(row.guest),
            row.answer,
            row.present,
            row.sits,
            bool(row.called),
        )
        for statement, logs_in in ((people, True), (parties, False))
        for row in session.execute(statement)
    ]
    return sorted(found, key=lambda one: (one.guest, one.name))
