"""A plan that nobody revises, each working day from 40 before its day to 45 after: who is told, and what shows."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select, true
from support.houses.letter_town import A_TUESDAY, SINCE, LetterTown
from support.houses.migrated import CALENDAR

from cases.access.actors import A_VISITOR
from cases.case import Case
from cases.history.journal import Event
from cases.ladder.sweep import sweep
from cases.meetings.agenda import agenda_of
from cases.meetings.meeting import Meeting, MeetingPlan, plan_meeting
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.plans.reading.published import plan_shown
from cases.village.showing.all_villages import villages_listed
from cases.village.showing.one_village import village_shown
from proof.simulation.second_calendar import is_working_day, later

GROUP, CHAIR, DESK = "byalaget", "ordf", "kontakt"
BEFORE, AFTER = 40, 45  # working days
A_DAY = timedelta(days=1)
LADDER = {  # by rung: working days from the day of the plan, and who gets which letter
    0: (-40, {(GROUP, "due_soon")}),
    1: (0, {(GROUP, "due_now")}),
    2: (10, {(CHAIR, "overdue")}),
    3: (20, {(DESK, "overdue")}),
    4: (40, {(DESK, "on_agenda"), (CHAIR, "on_agenda")}),
}


@pytest.fixture
def town(either_town: LetterTown) -> LetterTown:
    """A town whose group has a chair and owes a plan; the contact with it is agreed on for after what is looked at."""
    with either_town.database.transaction() as session:
        chair = Person(email=f"{CHAIR}@kommun.example", name="Olga Ordförande")
        session.add(chair)
        session.flush()
        session.add(Membership(person_id=chair.id, unit_id=unit_named(session, GROUP).id, role=Role.HEAD, since=SINCE))
    either_town.sweep(A_TUESDAY)
    contact = _owed(either_town, "contact")
    plan_on = _day(_owed(either_town, "plan"))
    at = CALENDAR.morning_of(later(plan_on, -BEFORE - 1))
    either_town.change(contact.ref, State.PLANNED, at=at, due_on=plan_on + timedelta(days=100), note="Vi ses")
    either_town.plan()
    return either_town


def test_each_rung_comes_once_and_tells_the_right_people_and_the_plan_is_late_from_the_day_after(
    town: LetterTown,
) -> None:
    owed = _owed(town, "plan")
    due_on = _day(owed)
    expected = {later(due_on, days): (rung, told) for rung, (days, told) in LADDER.items()}
    agenda_rung = later(due_on, LADDER[4][0])
    assert is_working_day(due_on + A_DAY)
    _plan_meetings(town, due_on, agenda_rung)
    for day in _working_days(later(due_on, -BEFORE), later(due_on, AFTER)):
        fired = sweep(town.database, now=CALENDAR.morning_of(day))
        if day in expected:
            rung, told = expected.pop(day)
            assert (fired, sweep(town.database, now=CALENDAR.morning_of(day))) == (1, 0), day
            town.plan()
            assert town.told("case.escalated") == told, rung
        if day in {due_on, due_on + A_DAY}:
            assert _is_late(town, day) == [day > due_on] * 4
        if day in {later(agenda_rung, -1), agenda_rung}:
            assert _on_next_agenda(town, day) == ([owed.ref] if day == agenda_rung else [])
    assert (expected, _rungs(town, owed)) == ({}, [0, 1, 2, 3, 4, 5])  # and then each week


def _owed(town: LetterTown, obligation: str) -> Case:
    with town.database.reading() as session:
        return session.scalars(select(Case).where(Case.obligation == obligation)).one()


def _day(case: Case) -> date:
    assert case.due_at is not None
    return CALENDAR.day_of(case.due_at)


def _working_days(first: date, last: date) -> Iterator[date]:
    days = (first + n * A_DAY for n in range((last - first).days + 1))
    return (day for day in days if is_working_day(day))


def _plan_meetings(town: LetterTown, due_on: date, agenda_rung: date) -> None:
    """Plan a meeting before the plan is late, the next one after it has reached the agenda, and one after that."""
    with town.database.transaction() as session:
        for day in (due_on, agenda_rung + 9 * A_DAY, agenda_rung + 190 * A_DAY):
            plan_meeting(session, MeetingPlan(day, "Forum"))
    at = CALENDAR.morning_of(later(due_on, -BEFORE - 1))
    sweep(town.database, now=at)
    with town.database.reading() as session:
        of_meetings = select(Case.ref).where(Case.obligation.in_(["meeting", "agenda"]))
        refs = list(session.scalars(of_meetings))
    for ref in refs:  # what meetings owe is looked at elsewhere
        town.change(ref, State.PLANNED, at=at, due_on=agenda_rung + 400 * A_DAY, note="Senare")
    town.plan()


def _is_late(town: LetterTown, day: date) -> list[bool]:
    """Return whether the plan is late for everybody: on its page, the village's page, and in the lists of both."""
    at = CALENDAR.morning_of(day)
    with town.database.reading() as session:
        plan = plan_shown(session, GROUP, by=A_VISITOR, at=at).plan
        shown = village_shown(session, GROUP, by=A_VISITOR, at=at).village
        (listed,) = villages_listed(session, at=at)
        (member,) = (
            owed
            for owed in village_shown(session, GROUP, by=town.actor(session, "berit"), at=at).owed
            if owed.obligation == "plan"
        )
    return [plan.is_late, shown.is_late, listed.is_late, member.is_late]


def _on_next_agenda(town: LetterTown, day: date) -> list[str]:
    """Return the cases on the agendas of all meetings to come, of which only the next one may hold any."""
    with town.database.reading() as session:
        to_come = session.scalars(select(Meeting).where(Meeting.held_on >= day).order_by(Meeting.held_on)).all()
        following, *others = (agenda_of(session, one, true(), day=day, calendar=CALENDAR) for one in to_come)
    assert others == [[]]
    return [item.case.ref for item in following]


def _rungs(town: LetterTown, case: Case) -> list[int]:
    fired = select(Event).where(Event.stream == case.id, Event.type == "case.escalated").order_by(Event.seq)
    with town.database.reading() as session:
        return [event.facts["rung"] for event in session.scalars(fired)]
