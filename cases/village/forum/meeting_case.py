"""The case by which a meeting's agenda and minutes are owed, from the calling on: each act plans it anew."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.calendar import Calendar
from cases.case import Case
from cases.database.transactions import calendar_of
from cases.history.events import DomainEvent
from cases.history.journal import SpokenWords
from cases.meetings.meeting import Meeting, coming_meetings
from cases.progress import Change, WaitingFor, change_state
from cases.states import State
from cases.village.forum.obligations import MINUTES, owed_by_meeting, owed_of
from cases.village.owing import ensure, open_case
from cases.village.rights import as_desk_alone

Records = tuple[tuple[DomainEvent, tuple[SpokenWords, ...]], ...]


def ensured_case(session: Session, meeting: Meeting, *, by: Actor, at: datetime) -> None:
    """See that the case by which the meeting is owed is there: the daily look hands in those of older meetings."""
    if not meeting.is_owed:
        return
    for obligation in ("agenda", "minutes"):
        if (case := open_case(session, obligation, str(meeting.id))) is not None:
            if meeting.case_id != case.id:  # an import has brought one along, which took the place of its own
                meeting.case_id = case.id
                session.flush()
            return
    ensure(session, owed_by_meeting(meeting), owed_of(session, meeting), by=as_desk_alone(by), at=at)


def plan_anew(
    session: Session, home: Case, meeting: Meeting, records: Records, *, by: Actor, at: datetime
) -> list[int]:
    """Plan the meeting's case for the day on which its agenda or minutes are due, with what was done beside the step.

    Return the ids of the events. It goes to the unit that owes it, and owes minutes once the agenda is sent.
    """
    desk, owed = as_desk_alone(by), owed_of(session, meeting)
    obligation = owed_by_meeting(meeting)
    _take_up(session, home, by=desk, at=at)
    if home.responsible.slug != owed.holder:
        change_state(session, home, Change(State.ASSIGNED, responsible=owed.holder), by=desk, at=at)
    due_on = obligation.due(owed, calendar_of(session).day_of(at))
    then = obligation.name if home.obligation != obligation.name else None
    change = Change(State.PLANNED, step="plan", due_on=due_on, then_owes=then, records=records)
    return change_state(session, home, change, by=desk, at=at)


def finish(session: Session, home: Case, note: str, records: Records, *, by: Actor, at: datetime) -> list[int]:
    """Finish the meeting's case with the adjusted minutes; return the ids of the events."""
    desk = as_desk_alone(by)
    _take_up(session, home, by=desk, at=at)
    change = Change(State.DONE, note=note, fulfils=MINUTES.name, records=records)
    return change_state(session, home, change, by=desk, at=at)


def give_up(session: Session, home: Case, reason: str, records: Records, *, by: Actor, at: datetime) -> list[int]:
    """Decline what the cancelled meeting owes, for this reason; return the ids of the events."""
    desk = as_desk_alone(by)
    _take_up(session, home, by=desk, at=at)
    change = Change(State.DECLINED, reason=reason, fulfils=home.obligation, records=records)
    return change_state(session, home, change, by=desk, at=at)


def wait_on(
    session: Session,
    case: Case,
    body: str,
    *,
    by: Actor,
    at: datetime,
    beyond: Meeting | None = None,
    records: Records = (),
) -> list[int]:
    """Let a case that waits for the body wait on, until the working day after its next ordinary meeting.

    With `beyond`, after the next one but that. Until one is planned it waits as long as the policy says.
    """
    calendar, due_on = calendar_of(session), None
    if beyond is not None:
        others = [one for one in coming_meetings(session, calendar.day_of(at), body) if one.id != beyond.id]
        usual = calendar.add_working_days(calendar.day_of(at), case.terms.waiting_days)
        due_on = day_after(others[0].held_on, calendar) if others else usual
    change = Change(State.WAITING, waiting_for=WaitingFor("unit", unit=body), due_on=due_on, records=records)
    return change_state(session, case, change, by=as_desk_alone(by), at=at)


def day_after(meeting_on: date, calendar: Calendar) -> date:
    """Return the working day after a meeting: until then a case waits for the body that meets."""
    return calendar.roll_forward(date.fromordinal(meeting_on.toordinal() + 1))


def _take_up(session: Session, home: Case, *, by: Actor, at: datetime) -> None:
    """Bring the case into a state from which it can be planned: somebody may have parked it, or let it wait."""
    if home.state is State.PARKED:
        change_state(session, home, Change(State.RECEIVED), by=by, at=at)
    if home.state is State.WAITING and home.waiting_from is not None:
        change_state(session, home, Change(home.waiting_from, step="answer"), by=by, at=at)
