"""Answering an invitation to a meeting: oneself, logged in or by a link, or the desk for somebody who told it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.mail_addresses import normalised
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Person
from cases.refusals import MeetingOver, NotAllowed, UnknownName
from cases.village.forum.convening.answer_links import Invitation, answers_of
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


def answer_by_link(session: Session, invitation: Invitation, answer: InvitationAnswer, *, at: datetime) -> None:
    """Note what somebody answers who has the link of their invitation.

    Raises `NotFound`, `NotAllowed` when they are no longer invited, and `MeetingOver` from the day after the meeting,
    or for one that is closed or cancelled.
    """
    meeting = meeting_to_change(session, invitation.meeting, numbers=()).meeting
    refuse_closed(meeting)
    today = calendar_of(session).day_of(at)
    if meeting.held_on < today:
        raise MeetingOver(how="past")
    if not answers_of(session, [invitation]):
        raise NotAllowed(step="answer_invitation")
    row = _row_of(session, invitation)
    if row is None:  # they came to sit in the body since
        invite(session, meeting, (), today=today)
        row = _row_of(session, invitation)
    if row is not None:
        row.answer = answer
    session.flush()


def _row_of(session: Session, invitation: Invitation) -> Invited | None:
    who = Invited.person_id == invitation.person if invitation.party is None else Invited.party_id == invitation.party
    return session.scalar(select(Invited).where(Invited.meeting_id == invitation.meeting, who))


def _invited(session: Session, meeting: Meeting, email: str, person_id: int | None, at: datetime) -> Invited | None:
    """Return the row of whoever has this address; one who came to sit in the body since gets a row now."""
    for row, address in session.execute(with_addresses(meeting.id)):
        if row.person_id == person_id if person_id else key_of(address) == normalised(email):
            return row
    invite(session, meeting, (), today=calendar_of(session).day_of(at))
    found = session.scalar(select(Person.id).where(Person.email == normalised(email)))
    return session.scalar(select(Invited).where(Invited.meeting_id == meeting.id, Invited.person_id == found))
