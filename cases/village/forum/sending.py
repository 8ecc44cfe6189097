"""Sending the agenda of a meeting: it is told to whoever is invited, and in each case that it takes up."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import AgendaSentOut
from cases.meetings.meeting import Meeting
from cases.refusals import AgendaSent, StaleAgenda
from cases.village.forum.choosing import all_proposed, put_agenda
from cases.village.forum.finding import meeting_numbered, meeting_to_change, refuse_closed, require_at_table
from cases.village.forum.meeting_case import ensured_case, plan_anew
from cases.village.forum.telling import tell_untold


def send_agenda(session: Session, number: int, *, version: int | None = None, by: Actor, at: datetime) -> Meeting:
    """Send the agenda of the meeting with this number, and return the meeting.

    An agenda that nobody has chosen takes up all that is proposed for it; one without items is sent too. Each case that
    was put on the draft is told of now. The meeting's case owes the minutes from now on, and goes to the unit that the
    house names as its secretary. `version` is the revision of the agenda that the caller read. Raises `NotAllowed`,
    `NotFound`, `MeetingOver`, `StaleAgenda`, and `AgendaSent` when it was sent before.
    """
    require_at_table(session, "send_agenda", by)
    meeting = meeting_numbered(session, number)
    ensured_case(session, meeting, by=by, at=at)
    if meeting.agenda_revision == 0 and (wanted := all_proposed(session, meeting, at)):
        put_agenda(session, number, wanted, version=version, by=by, at=at)
        version = None  # it was the right one, and nobody else can save before the end of this transaction
    held = meeting_to_change(session, number)
    meeting = held.meeting
    refuse_closed(meeting)
    if meeting.agenda_sent_on is not None:
        raise AgendaSent
    if version is not None and version != meeting.agenda_revision:
        raise StaleAgenda(version=meeting.agenda_revision)
    meeting.agenda_sent_on = calendar_of(session).day_of(at)
    event = AgendaSentOut(
        meeting=number, body=held.body.slug, sort=meeting.sort.value, on=meeting.held_on.isoformat(),
        sent_on=meeting.agenda_sent_on.isoformat(), items=sum(item.settled_at is None for item in held.items),
    )  # fmt: skip
    session.flush()
    tell_untold(session, held, held.items, by=by, at=at)
    with batch(session, by, at) as actor:
        plan_anew(session, held.home, meeting, ((event, ()),), by=actor, at=at)
    return meeting
