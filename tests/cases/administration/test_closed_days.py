"""A closed day that is announced later moves the clocks that run, and no promise."""

from datetime import date, timedelta

import pytest
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.administration.closed_days import apply_closed_days, cases_on_closed_days
from cases.calendar import Calendar
from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.states import State

CLOSED = date(2026, 3, 4)  # the Wednesday after
CHOSEN = date(2026, 4, 15)


def announce(house: SmallHouse, *days: date) -> Calendar:
    """Let the settings name these closed days from now on."""
    house.database.calendar = Calendar(CALENDAR.zone, frozenset(days))
    return house.database.calendar


def move(house: SmallHouse, at=MONDAY) -> list[str]:
    with house.database.reading() as session:
        told = [str(case) for case in cases_on_closed_days(session, at)]
    with house.database.transaction() as session:
        assert [str(case) for case in apply_closed_days(session, at=at)] == told
    return told


def due_on(case: Case) -> date:
    return CALENDAR.day_of(case.due_at)


def test_a_case_that_is_to_be_read_on_the_closed_day_is_due_the_day_after(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    assert due_on(small_house.case(ref)) == CLOSED
    announce(small_house, CLOSED)
    assert move(small_house) == [f"{ref}: 2026-03-04 -> 2026-03-05"]
    case = small_house.case(ref)
    assert (due_on(case), CALENDAR.day_of(case.rung_at), case.next_at) == (
        date(2026, 3, 5),
        date(2026, 3, 5),
        case.rung_at,
    )
    (event,) = small_house.events(ref, "case.corrected")
    assert (event.facts["what"], event.facts["due_on"]) == (["closed_day"], "2026-03-05")
    assert move(small_house) == []


def test_a_day_that_the_policy_counted_is_counted_anew(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    was = due_on(small_house.case(ref))
    announce(small_house, CLOSED)
    assert move(small_house) == [f"{ref}: {was} -> {CALENDAR.add_working_days(was, 1)}"]
    announce(small_house, CLOSED, date(2026, 3, 5))
    move(small_house)
    assert due_on(small_house.case(ref)) == CALENDAR.add_working_days(was, 2)
    assert move(small_house) == []


def test_a_day_that_somebody_chose_moves_only_when_it_is_closed(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    assert due_on(small_house.case(ref)) == CHOSEN
    announce(small_house, CLOSED)
    assert move(small_house) == []
    promised = small_house.case(ref).promise_breaks_at
    announce(small_house, CLOSED, CHOSEN)
    move(small_house)
    case = small_house.case(ref)
    assert due_on(case) == CHOSEN + timedelta(days=1)
    assert case.promise_breaks_at == promised
    assert case.promised_on in {None, CHOSEN}


def test_a_reminder_on_a_closed_day_comes_the_day_after(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    small_house.sweep(CALENDAR.morning_of(CLOSED))
    case = small_house.case(ref)
    head_on = CALENDAR.day_of(case.rung_at)
    announce(small_house, head_on)
    assert move(small_house, CALENDAR.morning_of(CLOSED)) == [f"{ref}: its next reminder"]
    case = small_house.case(ref)
    assert CALENDAR.day_of(case.rung_at) == CALENDAR.roll_forward(head_on + timedelta(days=1))
    assert case.rung == 2
    assert due_on(case) == CLOSED


@pytest.mark.parametrize("state", [State.RECEIVED, State.ASSIGNED, State.PLANNED, State.IN_PROGRESS, State.WAITING,
                                   State.PARKED, State.DONE])  # fmt: skip
def test_the_checker_finds_nothing_afterwards(small_house: SmallHouse, state: State) -> None:
    ref = small_house.reach(state)
    case = small_house.case(ref)
    announce(small_house, due_on(case), *(CALENDAR.day_of(at) for at in (case.rung_at, case.life_due_at) if at))
    move(small_house)
    with small_house.database.reading() as session:
        assert [b for b in find_forgotten(session, MONDAY) if b.guarantee != "G4"] == []
    calendar = small_house.database.calendar
    assert calendar.is_working_day(due_on(small_house.case(ref)))


def test_what_has_passed_stays(small_house: SmallHouse) -> None:
    small_house.hand_in()
    announce(small_house, CLOSED)
    later = CALENDAR.end_of(CLOSED) + timedelta(days=3)
    assert move(small_house, later) == []
