"""Noting an absence and ending it, with what is held for the one who is away: it is told when they are back."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.administration.leaving.absence import Absence, come_back, go_away
from cases.database.transactions import calendar_of
from cases.organisation.people import Person
from notifications.preferences import hold_until_return


def note_absence(session: Session, person: Person, absence: Absence, *, by: Actor, at: datetime) -> bool:
    """Note the absence; return whether that changed anything. Raises what `go_away` does."""
    changed = go_away(session, person, absence, by=by, at=at)
    if changed:
        has_begun = absence.first <= calendar_of(session).day_of(at)
        hold_until_return(session, person.id, absence.last if has_begun else None)
    return changed


def end_absence(session: Session, person: Person, *, by: Actor, at: datetime) -> bool:
    """End the absence, and let the person be told at once what happened meanwhile; return whether there was one."""
    ended = come_back(session, person, by=by, at=at)
    if ended:
        hold_until_return(session, person.id, None)
    return ended
