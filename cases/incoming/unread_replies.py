"""Replies to "done": until somebody at the desk or in the unit has read one, the case does not close by its clock.

It climbs the ladder instead, like every case on which somebody must act. The letter "done" asks whether it is true;
whoever answers by mail does not press a button, and what they wrote must not end as "nobody objected".
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.deadlines import clocks
from cases.history.events import CaseCommented, ReplyRead
from cases.history.journal import Entry, Event
from cases.progress import refuse_stale
from cases.refusals import NotAllowed, NothingToRead, StaleVersion
from cases.states import Who
from cases.steps.ending import start_time_to_object

READS = frozenset({Who.UNIT, Who.HEAD, Who.CONTACT})


def let_reply_wait(session: Session, case: Case, at: datetime) -> str | None:
    """Let the done case wait until the reply is read; return the local day by which it is to be read.

    The caller writes the event of the reply next. None when an earlier reply waits already: that one waits longest.
    """
    if case.unread_reply is not None:
        return None
    calendar = calendar_of(session)
    day = calendar.add_working_days(calendar.day_of(at), case.terms.look_days)
    case.unread_reply = case.version + 1
    case.set_state_clock(clocks.escalating(day, case.cycle + 1, at, case.terms, calendar))
    return day.isoformat()


def reads_for_house(by: Actor, case: Case) -> bool:
    """Return whether what waits to be read is read when this actor reads it: of the desk or of the unit."""
    return bool(by.roles_in(case) & READS)


def read_reply(session: Session, case: Case, *, version: int | None = None, by: Actor, at: datetime) -> list[int]:
    """Note that the reply was read; return the ids of the events written. The case must be locked.

    The case may be contested for as long as after it was done, counted from now. Raises `NotAllowed` for whoever is
    neither of the desk nor of the unit, `NothingToRead` when no reply waits, and `StaleVersion` when the case has
    changed or another mail has come since `version`, that of the case which was read.
    """
    if not reads_for_house(by, case):
        raise NotAllowed(step="read_reply")
    if case.unread_reply is None:
        raise NothingToRead(ref=case.ref)
    _refuse_unseen(session, case, version, by)
    entry = Entry(case, by=by, at=at)
    if by.person_id is not None:
        case.touch(at)
    mark_read(session, case, entry)
    return entry.write(session)


def _refuse_unseen(session: Session, case: Case, version: int | None, by: Actor) -> None:
    refuse_stale(session, case, version, by=by)
    if version is None:
        return
    comments = select(Event.seq, Event.facts).where(
        Event.stream == case.id, Event.seq > version, Event.type == CaseCommented.type
    )
    later = [(seq, CaseCommented.type) for seq, facts in session.execute(comments) if facts.get("channel")]
    if later:
        raise StaleVersion(version=case.version, since=tuple(later))


def mark_read(session: Session, case: Case, entry: Entry) -> None:
    """Add to the entry that the reply which waits was read, if one waits, and let the time to object begin anew."""
    if case.unread_reply is None:
        return
    calendar = calendar_of(session)
    case.unread_reply = None
    object_by = start_time_to_object(case, calendar.day_of(entry.at), calendar)
    entry.add(ReplyRead(object_by=object_by.isoformat()))
