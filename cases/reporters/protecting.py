"""Protected identity (skyddade personuppgifter) of the person who asked: set and lifted after handing in."""

from datetime import datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.history.events import CaseCorrected, CaseProtectionChanged
from cases.history.journal import Entry
from cases.meetings.agenda_items import leave_agenda_when_protected
from cases.parties import Party
from cases.public.publishing import unpublish
from cases.refusals import NotAllowed
from cases.reporters.details import keep_reporter, reason_of


def set_protection(session: Session, case: Case, protected: bool, why: str, *, by: Actor, at: datetime) -> bool:
    """Set whether the person who asked has a protected identity; return whether that changed. The case must be locked.

    Protecting them takes the case back from the public pages and off the forum's agenda; lifting the protection
    publishes nothing. `why` is kept as words, for staff only. Raises `NotAllowed` for anybody but the desk,
    `ReasonNeeded` and `TooLong`.
    """
    if not by.is_contact:
        raise NotAllowed(step="protect")
    reason, party = reason_of(why), case.reporter or Party()
    if party.protected == protected:
        return False
    entry = Entry(case, by=by, at=at)
    party.protected = protected
    keep_reporter(session, case, party)
    if protected and case.published_at is not None:
        case.published_at = None
        unpublish(session, case)
        entry.add(CaseCorrected(what=["published"], published=False))
    leave_agenda_when_protected(session, case, entry)
    entry.add(CaseProtectionChanged(protected=protected), reason)
    entry.write(session)
    return True
