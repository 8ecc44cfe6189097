"""How a case stood is told from its events alone: after whatever has happened it is what the case itself says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import A_DATE, CALENDAR, MONDAY, STEPS_TO, SmallHouse

from cases.access.actors import A_COMMAND
from cases.administration.closed_days import apply_closed_days
from cases.administration.reorganising import dissolve_unit
from cases.calendar import Calendar
from cases.meetings.stood import Stood, how_they_stood
from cases.organisation.units import Unit
from cases.states import State

LATER = MONDAY + timedelta(hours=3)


def stood(house: SmallHouse, ref: str) -> Stood:
    with house.database.reading() as session:
        return how_they_stood(session, [house.case(ref).id], LATER)[house.case(ref).id]


def stands(house: SmallHouse, ref: str) -> Stood:
    case = house.case(ref)
    with house.database.reading() as session:
        unit = session.get_one(Unit, case.responsible_id).slug
    return Stood(case.state, unit, CALENDAR.day_of(case.due_at) if case.due_at else None)


def dissolve(house: SmallHouse) -> None:
    with house.database.transaction() as session:
        gata = session.scalars(select(Unit).where(Unit.slug == "gata")).one()
        dissolve_unit(session, gata, "vatten", by=A_COMMAND, at=LATER)


def close_a_day(house: SmallHouse) -> None:
    house.database.calendar = Calendar(CALENDAR.zone, frozenset({date(2026, 3, 4), A_DATE}))
    with house.database.transaction() as session:
        assert apply_closed_days(session, at=LATER)


@pytest.mark.parametrize("state", STEPS_TO)
@pytest.mark.parametrize("then", [None, dissolve, close_a_day], ids=lambda then: then.__name__ if then else "nothing")
def test_what_has_happened_tells_how_the_case_stands(
    small_house: SmallHouse, state: State, then: Callable[[SmallHouse], None] | None
) -> None:
    ref = small_house.reach(state)
    small_house.hand_in()  # due on the day that is closed
    if then:
        then(small_house)
    told, now = stood(small_house, ref), stands(small_house, ref)
    assert told == (now if now.due_on else replace(now, due_on=told.due_on))


@pytest.mark.parametrize(
    ("state", "to", "more"),
    [
        (State.ASSIGNED, State.RECEIVED, {"by": "officer", "reason": "Inte vår väg"}),
        (State.PARKED, State.RECEIVED, {}),
        (State.WAITING, State.ASSIGNED, {"by": "officer"}),
        (State.DONE, State.ASSIGNED, {"by": "reporter", "note": "Nej"}),
        (State.CLOSED, State.ASSIGNED, {"note": "Igen", "responsible": "vatten"}),
        (State.PLANNED, State.PLANNED, {"by": "officer", "due_on": date(2026, 5, 20)}),
        (State.ASSIGNED, State.ASSIGNED, {"responsible": "vatten"}),
    ],
)
def test_so_do_the_steps_back_and_on(small_house: SmallHouse, state: State, to: State, more: dict[str, object]) -> None:
    ref = small_house.reach(state)
    small_house.change(ref, to, at=LATER, **more)
    assert stood(small_house, ref) == stands(small_house, ref)
