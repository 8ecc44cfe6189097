"""How a file names the meeting whose agenda or minutes are owed: houses number their meetings each in its own way."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.meetings.meeting import Meeting
from cases.organisation.units import Unit

OWED_BY_MEETINGS = frozenset({"agenda", "minutes"})


def names_of_meetings(session: Session) -> dict[str, str]:
    """Query and return how a file names each meeting of the house, such as "forum 2027-04-15 Vårens forum", by number.

    The number is text, as the subject of a case.
    """
    found = select(Meeting.id, Unit.slug, Meeting.held_on, Meeting.name).join(Unit, Unit.id == Meeting.body_id)
    return {str(number): f"{slug} {held_on} {name}" for number, slug, held_on, name in session.execute(found)}
