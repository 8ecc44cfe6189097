"""Moving and cancelling a meeting: whoever is invited is told, and what waits for the body waits for its next one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import LONGEST_TEXT, Case
from cases.database.texts import visible
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import MeetingCancelled, MeetingMoved
from cases.history.journal import SpokenWords
from cases.history.words import Visibility
from cases.meetings.agenda_items import AgendaItem
from cases.meetings.invited import Invited
from cases.meetings.meeting import Meeting, MeetingPlan, MeetingSort
from cases.organisation.units import Unit
from cases.refusals import AlreadyThere, TooLong, WordsNeeded
from cases.states import State
from cases.village.forum.convening.calling import checked_plan
from cases.village.forum.finding import meeting_numbered, meeting_to_change, refuse_closed, require_at_table
from cases.village.forum.meeting_case import day_after, ensured_case, give_up, plan_anew, wait_on


@dataclass(frozen=True)
class Rearrangement:
    """When and where a meeting is to be held now; what is None stays, and "" empties the place or the theme.

    `why` is told to whoever is invited; "" for no reason. `is_timeless`: the time of the day is not known any more.
    """

    held_on: date | None = None
    starts_at: datetime | None = None
    where: str | None = None
    name: str | None = None
    theme: str | None = None
    why: str = ""
    is_timeless: bool = False


def move_meeting(session: Session, number: int, to: Rearrangement, *, by: Actor, at: datetime) -> Meeting:
    """Move the meeting with this number to another day, time or place, and return it.

    What waits for the body until the day after it waits for the new day, for which nobody has said yet that they come.
    On another day without `starts_at`, the time
    is not known any more. Raises what `call_meeting` does, `NotFound`, and `MeetingOver` for one that is closed.
    """
    require_at_table(session, "call_meeting", by)
    reason = _reason(to.why)
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    calendar = calendar_of(session)
    waiting = _waiting_until(session, number, day_after(meeting_numbered(session, number).held_on, calendar))
    held = meeting_to_change(session, number, numbers=(), also=waiting)
    meeting, was = held.meeting, held.meeting.held_on
    refuse_closed(meeting)
    plan = checked_plan(session, _plan(meeting, held.body, to), calendar.day_of(at))
    for name, value in vars(plan).items():
        if name not in {"body", "sort"}:
            setattr(meeting, name, value)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise AlreadyThere(field="name", name=plan.name) from None
    event = MeetingMoved(
        meeting=meeting.id, body=held.body.slug, sort=meeting.sort.value, was=was.isoformat(),
        on=meeting.held_on.isoformat(), starts_at=meeting.starts_at.isoformat() if meeting.starts_at else None,
    )  # fmt: skip
    if meeting.held_on != was:
        session.execute(update(Invited).where(Invited.meeting_id == number).values(answer=None))
    with batch(session, by, at) as actor:
        plan_anew(session, held.home, meeting, ((event, reason),), by=actor, at=at)
        if meeting.held_on != was:
            _let_wait_on(session, [held.cases[one] for one in waiting if one in held.cases], held.body, by=actor, at=at)
    return meeting


def cancel_meeting(session: Session, number: int, why: str, *, by: Actor, at: datetime) -> Meeting:
    """Cancel the meeting with this number, with a reason that whoever is invited is told, and return it.

    What was on its agenda is proposed for the body's next meeting. Raises `NotAllowed`, `NotFound`, `WordsNeeded`,
    `TooLong`, and `MeetingOver` for one that is closed.
    """
    require_at_table(session, "call_meeting", by)
    reason = _reason(why)
    if not reason:
        raise WordsNeeded(field="why", step="cancel_meeting")
    ensured_case(session, meeting_numbered(session, number), by=by, at=at)
    calendar = calendar_of(session)
    waiting = _waiting_until(session, number, day_after(meeting_numbered(session, number).held_on, calendar))
    held = meeting_to_change(session, number, also=waiting)
    meeting = held.meeting
    refuse_closed(meeting)
    meeting.cancelled_on = calendar.day_of(at)
    session.flush()
    _propose_again(session, number)
    event = MeetingCancelled(
        meeting=meeting.id, body=held.body.slug, sort=meeting.sort.value, on=meeting.held_on.isoformat()
    )
    with batch(session, by, at) as actor:
        give_up(session, held.home, visible(why), ((event, reason),), by=actor, at=at)
        _let_wait_on(session, [held.cases[one] for one in waiting if one in held.cases], held.body, by=actor, at=at)
    return meeting


def _reason(why: str) -> tuple[SpokenWords, ...]:
    """Return the reason as words for whoever is invited; none when nothing was said. Raises `TooLong`."""
    text = visible(why)
    if len(text) > LONGEST_TEXT:
        raise TooLong(field="why", most=LONGEST_TEXT)
    return (SpokenWords("note", text, Visibility.PARTICIPANTS),) if text else ()


def _plan(meeting: Meeting, body: Unit, to: Rearrangement) -> MeetingPlan:
    stays = to.held_on in {None, meeting.held_on} and not to.is_timeless
    return MeetingPlan(
        held_on=to.held_on or meeting.held_on, name=meeting.name if to.name is None else to.name,
        where=meeting.where if to.where is None else to.where, body=body.slug, sort=meeting.sort,
        starts_at=to.starts_at or (meeting.starts_at if stays else None),
        theme=meeting.theme if to.theme is None else to.theme,
    )  # fmt: skip


def _waiting_until(session: Session, number: int, day: date) -> list[int]:
    """Return the ids of the cases that wait for the body of an ordinary meeting until this day."""
    meeting = meeting_numbered(session, number)
    if meeting.sort is not MeetingSort.ORDINARY:
        return []
    calendar = calendar_of(session)
    due = Case.due_at.between(calendar.morning_of(day), calendar.end_of(day))
    found = select(Case.id).where(Case.waiting_unit_id == meeting.body_id, Case.state == State.WAITING, due)
    return list(session.scalars(found.order_by(Case.id)))


def _let_wait_on(session: Session, cases: list[Case], body: Unit, *, by: Actor, at: datetime) -> None:
    for case in cases:
        if case.waiting_unit_id == body.id:
            wait_on(session, case, body.slug, by=by, at=at)


def _propose_again(session: Session, number: int) -> None:
    """Take the open items off the meeting's agenda: they are proposed for the body's next meeting."""
    on_agenda = (AgendaItem.meeting_id == number, AgendaItem.settled_at.is_(None))
    session.execute(update(AgendaItem).where(AgendaItem.meeting_id == number).values(under_id=None))
    session.execute(update(AgendaItem).where(*on_agenda).values(meeting_id=None, number=None))
    session.expire_all()
