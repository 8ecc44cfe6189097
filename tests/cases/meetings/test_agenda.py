"""The forum's agenda: what waits for it, what somebody chose, and what is settled."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.case import case_to_change
from cases.meetings.agenda import agenda_of
from cases.meetings.agenda_items import AgendaItem, choose_for_agenda
from cases.meetings.meeting import Meeting, MeetingPlan, plan_meeting
from cases.progress import WaitingFor
from cases.reading.visibility import seen_by
from cases.refusals import AlreadyThere, DateOutside, NotAllowed, TransitionNotAllowed
from cases.states import State


def agenda(house: SmallHouse) -> list[tuple[str, bool]]:
    """Why each item stands on the agenda, and whether it is settled."""
    with house.database.reading() as session:
        items = session.scalars(select(AgendaItem).order_by(AgendaItem.id))
        return [(item.why, item.settled_at is not None) for item in items]


def choose(house: SmallHouse, ref: str, *, by: str) -> list[int]:
    with house.database.transaction() as session:
        return choose_for_agenda(session, case_to_change(session, ref), by=house.actors[by], at=MONDAY)


def test_a_case_that_waits_for_the_forum_stands_on_its_agenda_until_it_has_its_answer(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.WAITING, by="officer", waiting_for=WaitingFor("unit", unit="forum"))
    assert agenda(small_house) == [("waits", False)]
    assert small_house.events(ref, "case.put_on_agenda")[0].facts["why"] == "waits"
    small_house.change(ref, State.ASSIGNED, by="contact", note="Vi tycker ja.")
    assert agenda(small_house) == [("waits", True)]


@pytest.mark.parametrize(
    ("held_on", "asked_for", "follow_up_on"),
    [
        (date(2026, 4, 15), None, date(2026, 4, 16)),
        (date(2026, 10, 16), None, date(2026, 10, 19)),  # a Friday, and beyond the 60 working days of others
        (date(2026, 10, 16), date(2026, 10, 1), date(2026, 10, 1)),
        (None, None, date(2026, 3, 30)),
    ],
)
def test_a_case_waits_for_the_forum_until_the_day_after_its_next_meeting(
    small_house: SmallHouse, held_on: date | None, asked_for: date | None, follow_up_on: date
):
    if held_on is not None:
        with small_house.database.transaction() as session:
            plan_meeting(session, MeetingPlan(held_on, "Forum"))
    ref = small_house.reach(State.ASSIGNED)
    forum = WaitingFor("unit", unit="forum")
    case = small_house.change(ref, State.WAITING, by="officer", waiting_for=forum, due_on=asked_for)
    assert CALENDAR.day_of(case.due_at) == follow_up_on


def test_nobody_else_is_waited_for_so_long(small_house: SmallHouse):
    with small_house.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2026, 10, 16), "Forum"))
    ref, board = small_house.reach(State.ASSIGNED), WaitingFor("unit", unit="byggnamnd")
    with pytest.raises(DateOutside):
        small_house.change(ref, State.WAITING, by="officer", waiting_for=board, due_on=date(2026, 10, 19))


def test_the_contact_person_may_choose_a_case_for_the_agenda_once(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED)
    assert len(choose(small_house, ref, by="contact")) == 1
    assert choose(small_house, ref, by="contact") == []
    with pytest.raises(NotAllowed):
        choose(small_house, ref, by="officer")


def test_what_somebody_chose_stays_although_the_forum_has_answered(small_house: SmallHouse):
    ref = small_house.reach(State.ASSIGNED)
    choose(small_house, ref, by="contact")
    small_house.change(ref, State.WAITING, by="officer", waiting_for=WaitingFor("unit", unit="forum"))
    small_house.change(ref, State.ASSIGNED, by="contact", note="Vi tycker ja.")
    assert agenda(small_house) == [("chosen", False)]


@pytest.mark.parametrize(
    ("to", "more"), [(State.DONE, {"note": "Lagat"}), (State.DECLINED, {"reason": "Inte kommunens väg"})]
)
def test_what_is_done_or_declined_leaves_the_agenda(small_house: SmallHouse, to: State, more: dict[str, str]):
    ref = small_house.reach(State.ASSIGNED)
    choose(small_house, ref, by="contact")
    small_house.change(ref, to, **more)
    assert agenda(small_house) == [("chosen", True)]


def test_nobody_may_contest_after_the_last_day_although_the_clock_has_not_closed_it_yet(small_house: SmallHouse):
    ref = small_house.reach(State.DONE)
    with pytest.raises(TransitionNotAllowed):
        small_house.change(ref, State.ASSIGNED, by="reporter", note="Nej", at=MONDAY + timedelta(days=15))


# --- what a meeting takes up ------------------------------------------------------------------------------

SPRING, AUTUMN = date(2026, 4, 15), date(2026, 10, 14)


def taken_up(house: SmallHouse, held_on: date, day: date, *, by: str = "contact") -> list[tuple[str, str]]:
    """What the meeting takes up, seen on this day, as (title, why)."""
    with house.database.reading() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.held_on == held_on)).one()
        items = agenda_of(session, meeting, seen_by(house.actors[by]), day=day, calendar=CALENDAR)
        return [(one.case.title, one.why) for one in items]


def test_what_is_open_belongs_to_the_next_meeting_and_one_that_was_held_keeps_what_stood_there(small_house: SmallHouse):
    with small_house.database.transaction() as session:
        for day in (SPRING, AUTUMN):
            plan_meeting(session, MeetingPlan(day, "Forum"))
    early, late = small_house.reach(State.ASSIGNED, title="Bron"), small_house.reach(State.ASSIGNED, title="Leken")
    choose(small_house, early, by="contact")
    small_house.change(late, State.WAITING, by="officer", waiting_for=WaitingFor("unit", unit="forum"))
    both = [("Bron", "chosen"), ("Leken", "waits")]
    assert (taken_up(small_house, SPRING, SPRING), taken_up(small_house, AUTUMN, SPRING)) == (both, [])
    assert taken_up(small_house, SPRING, SPRING, by="neighbour") == []
    after = SPRING + timedelta(days=1)
    assert taken_up(small_house, SPRING, after) == taken_up(small_house, AUTUMN, after) == both
    small_house.change(early, State.DONE, note="Lagat", at=CALENDAR.end_of(after))
    assert taken_up(small_house, SPRING, AUTUMN) == both
    assert taken_up(small_house, AUTUMN, AUTUMN) == [("Leken", "waits")]


def test_a_meeting_has_its_name_once_a_day(small_house: SmallHouse):
    with small_house.database.transaction() as session:
        plan_meeting(session, MeetingPlan(SPRING, "Forum", "Bygdegården"))
        plan_meeting(session, MeetingPlan(SPRING, "Tema"))
    with pytest.raises(AlreadyThere), small_house.database.transaction() as session:
        plan_meeting(session, MeetingPlan(SPRING, "Forum"))
