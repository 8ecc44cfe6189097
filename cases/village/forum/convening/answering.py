"""Answering an invitation to a meeting: oneself, or the desk for somebody who told it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.mail_addresses import normalised
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Person
from cases.refusals import NotAllowed, UnknownName
from cases.village.forum.convening.inviting import invite, key_of, with_addresses
from cases.village.forum.finding import meeting_numbered, meeting_to_change, refuse_closed, require_at_table
from cases.village.forum.meeting_case import ensured_case


def answer_invitation(
    session: Session, number: int, answer: InvitationAnswer, *, email: str | None = None, by: Actor, at: datetime
) -> None:
    """Note what somebody answers to the invitation to the meeting with this number: the actor, or whoever has `email`.

    Only the desk and the secretary answer for others. Raises `NotFound`, `MeetingOver` for one that is closed,
    `NotAllowed` for somebody who is not invited, and `UnknownName` for an address that is not.
    """
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number, numbers=())
    refuse_closed(held.meeting)
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


def answer_as_guest(session: Session, invited: Invited, answer: InvitationAnswer) -> None:
    """Note what a guest answers, who has the link of their invitation. Raises `MeetingOver` for one that is closed."""
    refuse_closed(meeting_to_change(session, invited.meeting_id, numbers=()).meeting)
    invited.answer = answer
    session.flush()


def _invited(session: Session, meeting: Meeting, email: str, person_id: int | None, at: datetime) -> Invited | None:
    """Return the row of whoever has this address; one who came to sit in the body since gets a row now."""
    for row, address in session.execute(with_addresses(meeting.id)):
        if row.person_id == person_id if person_id else key_of(address) == normalised(email):
            return row
    invite(session, meeting, (), today=calendar_of(session).day_of(at))
    found = session.scalar(select(Person.id).where(Person.email == normalised(email)))
    return session.scalar(select(Invited).where(Invited.meeting_id == meeting.id, Invited.person_id == found))
