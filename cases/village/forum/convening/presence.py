"""Who came to a meeting: it is saved at the table as often as the secretary likes, and stands when it is closed."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting
from cases.village.forum.convening.inviting import Invitee, invite, key_of, with_addresses
from cases.village.forum.finding import meeting_numbered, meeting_to_change, refuse_not_at_table, require_at_table
from cases.village.forum.meeting_case import ensured_case


def save_presence(session: Session, number: int, present: Iterable[str], *, by: Actor, at: datetime) -> int:
    """Save that whoever has one of these mail addresses is at the meeting with this number; return how many are.

    The others are not, until it is saved again or the meeting is closed. Raises `NotAllowed`, `NotFound`,
    `AgendaNotSent`, `MeetingOver`, and what `note_present` raises.
    """
    require_at_table(session, "close_meeting", by)
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    held = meeting_to_change(session, number, numbers=())
    refuse_not_at_table(held)
    return note_present(session, held.meeting, present, today=calendar_of(session).day_of(at))


def note_present(session: Session, meeting: Meeting, present: Iterable[str], *, today: date) -> int:
    """Note that whoever has one of these mail addresses came to the meeting, and the others did not; return how many.

    Somebody who was not invited is added: as a guest, unless they sit in the body. Raises what `invite` raises.
    """
    addresses = list(present)
    invite(session, meeting, [Invitee(email) for email in addresses], today=today)
    came = {key_of(email.strip()) for email in addresses}
    return _note(session, meeting, lambda row, email: key_of(email) in came)


def count_present(session: Session, meeting: Meeting) -> int:
    """Return how many came as it was saved before; note of whoever was not saved that they did not come."""
    return _note(session, meeting, lambda row, email: bool(row.present))


def _note(session: Session, meeting: Meeting, came: Callable[[Invited, str | None], bool]) -> int:
    rows = session.execute(with_addresses(meeting.id)).all()
    for row, email in rows:
        row.present = came(row, email)
    session.flush()
    return sum(bool(row.present) for row, _ in rows)
