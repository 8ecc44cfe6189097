"""Inviting to a meeting: whoever sits in the body, and guests; what they answer, and who came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.texts import is_storable_line, visible
from cases.database.transactions import calendar_of
from cases.mail_addresses import normalised, read_public_address
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Membership, Person, serves_on
from cases.parties import Party
from cases.refusals import BadCharacters, FieldRefusal, NotAllowed, TooLong, UnknownName
from cases.village.forum.finding import meeting_numbered, meeting_to_change, require_at_table

MOST_INVITED = 200
LONGEST_NAME = 200  # characters


@dataclass(frozen=True)
class Invitee:
    """Somebody to invite, by mail address; `name` is needed of nobody. A `guest` does not sit in the body."""

    email: str
    name: str | None = None
    guest: bool = True


def invite(session: Session, meeting: Meeting, invitees: Sequence[Invitee], *, today: date) -> None:
    """Invite whoever sits in the body on the day of the meeting, and these people besides.

    Somebody who can log in is invited as a person, everybody else as a party. Raises `NotAMailAddress`,
    `LettersBeforeTheAt`, `BadCharacters`, `TooLong` or `FieldRefusal` for too many.
    """
    if len(invitees) > MOST_INVITED:
        raise FieldRefusal(field="invited")
    seats = set(session.scalars(_seats(meeting.body_id, max(meeting.held_on, today))))
    there = set(session.scalars(select(Invited.person_id).where(Invited.meeting_id == meeting.id)))
    session.add_all(Invited(meeting_id=meeting.id, person_id=person) for person in sorted(seats - there))
    wanted = {read_public_address(invitee.email): invitee for invitee in invitees}
    people = _people(session, wanted)
    known = seats | there
    for email, invitee in wanted.items():
        person = people.get(normalised(email))
        if person is None:
            session.add(
                Invited(meeting_id=meeting.id, party_id=_party(session, email, invitee).id, guest=invitee.guest)
            )
        elif person.id not in known:
            session.add(Invited(meeting_id=meeting.id, person_id=person.id, guest=invitee.guest))
            known.add(person.id)
    session.flush()


def answer_invitation(
    session: Session, number: int, answer: InvitationAnswer, *, email: str | None = None, by: Actor, at: datetime
) -> None:
    """Note what somebody answers to the invitation to the meeting with this number: the actor, or whoever has `email`.

    Only the desk and the secretary answer for others. Raises `NotFound`, `MeetingOver`, `NotAllowed` for somebody who
    is not invited, and `UnknownName` for an address that is not.
    """
    held = meeting_to_change(session, number, numbers=())
    own = email is None or normalised(email) == normalised(by.email)
    if not own:
        require_at_table(session, "call_meeting", by)
    row = _invited(session, held.meeting, by.email if own else email or "", by.person_id if own else None, at)
    if row is None:
        if own:
            raise NotAllowed(step="answer_invitation")
        raise UnknownName(field="email", name=email or "")
    row.answer = answer
    session.flush()


def note_present(session: Session, meeting: Meeting, present: Iterable[str], *, today: date) -> int:
    """Note that whoever has one of these mail addresses came to the meeting, and the others did not; return how many.

    Somebody who was not invited is added: as a guest, unless they sit in the body.
    """
    addresses = list(dict.fromkeys(read_public_address(email) for email in present))
    invite(session, meeting, [Invitee(email) for email in addresses if email], today=today)
    rows = session.execute(_with_addresses(meeting.id)).all()
    came = {normalised(email) for email in addresses}
    for row, person_email, party_email in rows:
        row.present = normalised(person_email or party_email or "") in came
    session.flush()
    return sum(bool(row.present) for row, _, _ in rows)


def people_named(session: Session, addresses: Iterable[str], *, field: str) -> list[Person]:
    """Return the active people with these mail addresses. Raises `UnknownName` for an address that nobody has."""
    wanted = list(dict.fromkeys(email.strip() for email in addresses))
    found = _people(session, wanted)
    for place, email in enumerate(wanted):
        if normalised(email) not in found:
            raise UnknownName(field=f"{field}.{place}", name=email)
    return [found[normalised(email)] for email in wanted]


def is_invited(session: Session, number: int, by: Actor) -> bool:
    """Return whether the actor is invited to the meeting with this number, or sits in its body."""
    meeting = meeting_numbered(session, number)
    if by.person_id is None:
        return False
    if by.is_in(meeting.body_id):
        return True
    mine = select(Invited.id).where(Invited.meeting_id == number, Invited.person_id == by.person_id)
    return session.scalar(mine) is not None


def _seats(body_id: int, day: date):  # type: ignore[no-untyped-def]
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.unit_id == body_id, Person.active, serves_on(day))
        .distinct()
    )


def _people(session: Session, addresses: Iterable[str]) -> dict[str, Person]:
    wanted = {normalised(email) for email in addresses}
    found = session.scalars(select(Person).where(Person.active, Person.email.in_(wanted)))
    return {normalised(person.email): person for person in found}


def _party(session: Session, email: str, invitee: Invitee) -> Party:
    name = visible(invitee.name or "") or None
    if name is not None and not is_storable_line(name):
        raise BadCharacters(field="invited")
    if name is not None and len(name) > LONGEST_NAME:
        raise TooLong(field="invited", most=LONGEST_NAME)
    party = Party(name=name, email=email)
    session.add(party)
    session.flush()
    return party


def _with_addresses(meeting_id: int):  # type: ignore[no-untyped-def]
    return (
        select(Invited, Person.email, Party.email)
        .outerjoin(Person, Person.id == Invited.person_id)
        .outerjoin(Party, Party.id == Invited.party_id)
        .where(Invited.meeting_id == meeting_id)
        .order_by(Invited.id)
    )


def _invited(session: Session, meeting: Meeting, email: str, person_id: int | None, at: datetime) -> Invited | None:
    """Return the row of whoever has this address; one who came to sit in the body since gets a row now."""
    for row, person_email, party_email in session.execute(_with_addresses(meeting.id)):
        if (
            row.person_id == person_id
            if person_id
            else normalised(person_email or party_email or "") == normalised(email)
        ):
            return row  # type: ignore[no-any-return]
    invite(session, meeting, (), today=calendar_of(session).day_of(at))
    found = session.scalar(select(Person.id).where(Person.email == normalised(email)))
    return session.scalar(select(Invited).where(Invited.meeting_id == meeting.id, Invited.person_id == found))
