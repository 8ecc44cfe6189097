"""Inviting more people to a meeting that is called, who get the letter that the others got, and taking guests off."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import MeetingCalled
from cases.history.journal import Entry
from cases.meetings.invited import Invited
from cases.refusals import FieldRefusal, UnknownName
from cases.village.forum.convening.inviting import Invitee, invite, key_of, seats_of, with_addresses
from cases.village.forum.finding import (
    MeetingToChange,
    meeting_numbered,
    meeting_to_change,
    refuse_closed,
    require_at_table,
)
from cases.village.forum.meeting_case import ensured_case


def invite_more(session: Session, number: int, invitees: Sequence[Invitee], *, by: Actor, at: datetime) -> int:
    """Invite these people too to the meeting with this number; return how many were not invited before.

    Only those are told. Raises `NotAllowed`, `NotFound`, `MeetingOver` for one that is closed, and what `invite`
    raises.
    """
    held = _called(session, number, by, at)
    of_meeting = select(Invited).where(Invited.meeting_id == number).order_by(Invited.id)
    before = {row.id for row in session.scalars(of_meeting)}
    invite(session, held.meeting, invitees, today=calendar_of(session).day_of(at))
    new = [row for row in session.scalars(of_meeting) if row.id not in before]
    if new:
        _tell(session, held, new, by, at)
    return len(new)


def take_off(session: Session, number: int, email: str, *, by: Actor, at: datetime) -> None:
    """Take the guest with this address off those who are invited to the meeting with this number. Nobody is told.

    Raises `NotAllowed`, `NotFound`, `MeetingOver` for one that is closed, `UnknownName` for an address that is not
    invited, and `FieldRefusal` for somebody who sits in the body.
    """
    held = _called(session, number, by, at)
    rows = session.execute(with_addresses(number)).all()
    row = next((row for row, address in rows if address and key_of(address) == key_of(email)), None)
    if row is None:
        raise UnknownName(field="email", name=email)
    if row.person_id in set(session.scalars(seats_of(held.meeting.body_id, held.meeting.held_on))):
        raise FieldRefusal(field="email")
    session.delete(row)
    session.flush()


def _called(session: Session, number: int, by: Actor, at: datetime) -> MeetingToChange:
    require_at_table(session, "call_meeting", by)
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number, numbers=())
    refuse_closed(held.meeting)
    return held


def _tell(session: Session, held: MeetingToChange, new: Sequence[Invited], by: Actor, at: datetime) -> None:
    meeting = held.meeting
    event = MeetingCalled(
        meeting=meeting.id, body=held.body.slug, sort=meeting.sort.value, on=meeting.held_on.isoformat(),
        starts_at=meeting.starts_at.isoformat() if meeting.starts_at else None,
        people=[row.person_id for row in new if row.person_id is not None],
        parties=[row.party_id for row in new if row.party_id is not None],
    )  # fmt: skip
    with batch(session, by, at) as actor:
        entry = Entry(held.home, by=actor, at=at)
        entry.add(event)
        entry.write(session)
