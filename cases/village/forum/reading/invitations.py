"""The invitations of one person to meetings to come, each with their answer."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.meetings.invited import InvitationAnswer, Invited
from cases.meetings.meeting import Meeting
from cases.organisation.people import Person
from cases.organisation.units import Unit
from cases.parties import Party
from cases.village.forum.convening.answer_links import Invitation, answers_of
from cases.village.forum.reading.meetings import meeting_listed
from cases.village.forum.reading.shown import MeetingListed

HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True)
class InvitationShown:
    """A meeting to which somebody is invited, and what they answered; None before they have.

    `name` is that of a guest or a person whose link it is, else their mail address; "" where the reader is meant.
    """

    meeting: MeetingListed
    answer: InvitationAnswer | None
    name: str = ""


def invitations_of(session: Session, by: Actor, *, day: date) -> list[InvitationShown]:
    """Return the meetings of half a year from this local day on to which the actor is invited, or whose body is theirs.

    The next one comes first; those that are closed or cancelled are left out. One query, and none for a visitor.
    """
    if by.person_id is None:
        return []
    found = (
        select(Meeting, Unit.slug, Unit.name, Invited.answer)
        .join(Unit, Unit.id == Meeting.body_id)
        .outerjoin(Invited, (Invited.meeting_id == Meeting.id) & (Invited.person_id == by.person_id))
        .where(or_(Invited.id.is_not(None), Meeting.body_id.in_(by.unit_ids)))
        .where(
            Meeting.held_on.between(day, day + HALF_A_YEAR), Meeting.cancelled_on.is_(None), Meeting.closed_on.is_(None)
        )
        .order_by(Meeting.held_on, Meeting.starts_at, Meeting.id)
    )
    return [
        InvitationShown(meeting_listed(one, slug, name), answer) for one, slug, name, answer in session.execute(found)
    ]


@dataclass(frozen=True)
class AnswersShown:
    """What those who are invited to a meeting answered: how many gave each answer, and what the reader did.

    `is_own`: the reader is invited by name; `own` is None before they answer.
    """

    count: Counter[InvitationAnswer | None]
    is_own: bool
    own: InvitationAnswer | None


def answers_to(session: Session, number: int, by: Actor) -> AnswersShown:
    """Return the answers to the invitation to the meeting with this number. One query."""
    rows = session.execute(select(Invited.person_id, Invited.answer).where(Invited.meeting_id == number)).all()
    mine = [row.answer for row in rows if by.person_id is not None and row.person_id == by.person_id]
    return AnswersShown(Counter(row.answer for row in rows), bool(mine), mine[0] if mine else None)


def invitation_by_link(session: Session, invitation: Invitation | None) -> InvitationShown | None:
    """Return the meeting to which the link invites, whatever has become of it, with the answer of whoever has it.

    None when there is no such invitation any more.
    """
    found = answers_of(session, [invitation]) if invitation is not None else {}
    for one, answer in found.items():
        meeting = session.get_one(Meeting, one.meeting)
        body = session.get_one(Unit, meeting.body_id)
        row = session.get_one(Person, one.person) if one.party is None else session.get_one(Party, one.party)
        return InvitationShown(meeting_listed(meeting, body.slug, body.name), answer, row.name or row.email or "")
    return None
