"""Calling a meeting: it is planned, whoever sits in the body is invited, and its agenda is owed from now on."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.calendar import add_months
from cases.case import Case, case_to_change
from cases.database.texts import is_storable_line, visible
from cases.database.transactions import calendar_of
from cases.history.event_batches import batch
from cases.history.events import MeetingCalled
from cases.history.journal import Entry
from cases.meetings.meeting import Meeting, MeetingPlan, MeetingSort, plan_meeting
from cases.organisation.units import Unit
from cases.progress import Change, change_state
from cases.refusals import BadCharacters, DateOutside, TooLong, WordsNeeded
from cases.states import State
from cases.village.forum.convening.inviting import Invitee, invite
from cases.village.forum.finding import require_at_table
from cases.village.forum.meeting_case import ensured_case
from cases.village.forum.obligations import MEETING
from cases.village.owing import open_case
from cases.village.rights import as_desk_alone

MOST_YEARS_AHEAD, MOST_BACK = 10, timedelta(days=366)  # a meeting may be noted after it was held
LONGEST = {"name": 200, "where": 200, "theme": 500}
PLANNED = "Nästa möte är planerat."


@dataclass(frozen=True)
class Calling:
    """A meeting to call, and whom to invite besides those who sit in the body."""

    plan: MeetingPlan
    invited: tuple[Invitee, ...] = ()


def call_meeting(session: Session, calling: Calling, *, by: Actor, at: datetime) -> Meeting:
    """Call the meeting at the moment `at` (UTC), and return it. Whoever is invited is told; nobody of one that is past.

    An ordinary meeting gives what its body owes. Raises `NotAllowed`, `UnknownName`, `CannotMeet`, `AlreadyThere`,
    `DateOutside`, `WordsNeeded`, `TooLong`, `BadCharacters`, and what `invite` raises.
    """
    require_at_table(session, "call_meeting", by)
    today = calendar_of(session).day_of(at)
    plan = checked_plan(session, calling.plan, today)
    with batch(session, by, at) as actor:
        meeting = plan_meeting(session, plan)
        invite(session, meeting, calling.invited, today=today)
        ensured_case(session, meeting, by=actor, at=at)
        session.flush()
        event = _event(meeting, plan)
        entry = Entry(session.get_one(Case, meeting.case_id), by=actor, at=at)
        entry.add(event)
        entry.write(session)
        if meeting.sort is MeetingSort.ORDINARY and meeting.held_on >= today:
            _fulfil(session, session.get_one(Unit, meeting.body_id), event, by=actor, at=at)
    return meeting


def checked_plan(session: Session, plan: MeetingPlan, today: date) -> MeetingPlan:
    """Return the plan with clean texts. Raises `WordsNeeded`, `TooLong`, `BadCharacters` and `DateOutside`."""
    texts = {field: visible(getattr(plan, field) or "") for field in LONGEST}
    if not texts["name"]:
        raise WordsNeeded(field="name")
    for field, text in texts.items():
        if len(text) > LONGEST[field]:
            raise TooLong(field=field, most=LONGEST[field])
        if not is_storable_line(text):
            raise BadCharacters(field=field)
    latest = add_months(today, 12 * MOST_YEARS_AHEAD)
    if not today - MOST_BACK <= plan.held_on <= latest:
        raise DateOutside(field="held_on", earliest=today - MOST_BACK, latest=latest)
    if plan.starts_at is not None and calendar_of(session).day_of(plan.starts_at) != plan.held_on:
        raise DateOutside(field="starts_at", earliest=plan.held_on, latest=plan.held_on)
    return replace(plan, name=texts["name"], where=texts["where"] or None, theme=texts["theme"] or None)


def _event(meeting: Meeting, plan: MeetingPlan) -> MeetingCalled:
    return MeetingCalled(
        meeting=meeting.id, body=plan.body, sort=plan.sort.value, on=plan.held_on.isoformat(),
        starts_at=plan.starts_at.isoformat() if plan.starts_at else None,
    )  # fmt: skip


def _fulfil(session: Session, body: Unit, event: MeetingCalled, *, by: Actor, at: datetime) -> None:
    """Finish the body's duty to have a coming meeting, if it is open."""
    owed = open_case(session, MEETING.name, body.slug)
    if owed is None or owed.state is State.DONE:
        return
    case, desk = case_to_change(session, owed.ref), as_desk_alone(by)
    if case.state is State.PARKED:
        change_state(session, case, Change(State.RECEIVED), by=desk, at=at)
    change = Change(State.DONE, note=PLANNED, fulfils=MEETING.name, records=((event, ()),))
    change_state(session, case, change, by=desk, at=at)
