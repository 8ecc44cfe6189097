"""How late a case was before: each time that a new day or state ended it, and never by a day that was kept."""

from datetime import date, timedelta

from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.history.journal import Event
from cases.reading.lateness import days_late_before
from cases.states import State


def late(small_house: SmallHouse, ref: str) -> list[int]:
    case = small_house.case(ref)
    with small_house.database.reading() as session:
        events = session.scalars(select(Event).where(Event.stream == case.id).order_by(Event.seq)).all()
        return days_late_before(events, CALENDAR)


def test_what_a_new_day_ended_is_counted_each_time(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    due_on = CALENDAR.day_of(small_house.case(ref).due_at)
    assert late(small_house, ref) == []
    sent_back = MONDAY + timedelta(days=(due_on - CALENDAR.day_of(MONDAY)).days + 89)
    small_house.change(ref, State.RECEIVED, by="officer", reason="Inte vår", at=sent_back)
    assert late(small_house, ref) == [89]
    again = CALENDAR.day_of(small_house.case(ref).due_at)
    assigned = sent_back + timedelta(days=(again - CALENDAR.day_of(sent_back)).days + 1)
    small_house.change(ref, State.ASSIGNED, responsible="gata", at=assigned)
    assert late(small_house, ref) == [89, 1]


def test_a_day_that_is_kept_or_that_nobody_is_late_on_does_not_count(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    small_house.change(ref, State.CLOSED, by="clock", at=MONDAY + timedelta(days=60))
    assert late(small_house, ref) == []
    ref = small_house.reach(State.RECEIVED)
    small_house.change(ref, State.PARKED, due_on=date(2026, 6, 1), reason="Sedan", at=MONDAY)
    small_house.change(ref, State.RECEIVED, by="clock", at=MONDAY + timedelta(days=300))
    assert late(small_house, ref) == []
