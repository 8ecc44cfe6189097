"""Inviting to a meeting: whoever sits in the body, and guests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from cases.database.texts import is_storable_line, visible
from cases.mail_addresses import normalised, read_public_address
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Membership, Person, serves_on
from cases.parties import Party
from cases.refusals import BadCharacters, FieldRefusal, TooLong, UnknownName

MOST_INVITED = 200
LONGEST_NAME = 200  # characters
SEAT = and_(  # of anybody in the body of a meeting, on its day
    Membership.unit_id == Meeting.body_id,
    Membership.since <= Meeting.held_on,
    or_(Membership.until.is_(None), Membership.until > Meeting.held_on),
)
SITS = select(Membership.id).where(SEAT, Membership.person_id == Person.id).exists()


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
    seats = set(session.scalars(seats_of(meeting.body_id, max(meeting.held_on, today))))
    there = session.execute(with_addresses(meeting.id)).all()
    known = {row.person_id for row, _ in there}
    session.add_all(Invited(meeting_id=meeting.id, person_id=person) for person in sorted(seats - known))
    addresses = {key_of(address) for _, address in there}
    read = [(read_public_address(invitee.email), invitee) for invitee in invitees]
    wanted: dict[str, tuple[str, Invitee]] = {}
    for email, invitee in read:
        if key_of(email) not in addresses:
            wanted.setdefault(key_of(email), (email, invitee))
    people = _people(session, wanted)
    for key, (email, invitee) in wanted.items():
        person = people.get(key)
        if person is None:
            session.add(
                Invited(meeting_id=meeting.id, party_id=_party(session, email, invitee).id, guest=invitee.guest)
            )
        elif person.id not in seats | known:
            session.add(Invited(meeting_id=meeting.id, person_id=person.id, guest=invitee.guest))
    session.flush()


def key_of(email: str | None) -> str:
    """Return what tells an address from others, however it is spelled; "" for one that was erased."""
    return normalised(email) if email else ""


def with_addresses(meeting_id: int) -> Select[Invited, str | None]:
    """Return a statement that selects who is invited to the meeting, each with the mail address of theirs."""
    return (
        select(Invited, func.coalesce(Person.email, Party.email))
        .outerjoin(Person, Person.id == Invited.person_id)
        .outerjoin(Party, Party.id == Invited.party_id)
        .where(Invited.meeting_id == meeting_id)
        .order_by(Invited.id)
    )


def people_named(session: Session, addresses: Iterable[str], *, field: str) -> list[Person]:
    """Return the active people with these mail addresses. Raises `UnknownName` for an address that nobody has."""
    wanted = list(dict.fromkeys(email.strip() for email in addresses))
    found = _people(session, wanted)
    for place, email in enumerate(wanted):
        if normalised(email) not in found:
            raise UnknownName(field=f"{field}.{place}", name=email)
    return [found[normalised(email)] for email in wanted]


def seats_of(body_id: int, day: date) -> Select[int]:
    """Return a statement that selects the ids of the people who sit in the body on this day."""
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
