"""The public page says "delayed" from the rung that puts the case on the forum's agenda, not before."""

from datetime import timedelta

from support.houses.brought_along import bring_along
from support.houses.small_house import CALENDAR, MONDAY, SmallHouse

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.public.published import count_published, one_published
from cases.public.published_filters import PublicFilters
from cases.states import State


def delayed_by_rung(house: SmallHouse, ref: str) -> dict[int, bool]:
    """What the public page says after each rung that fires in the next hundred days."""
    said = {}
    for days in range(100):
        house.sweep(CALENDAR.morning_of(CALENDAR.day_of(MONDAY + timedelta(days=days))))
        with house.database.reading() as session:
            shown = one_published(session, ref)
            assert shown is not None
            assert shown.delayed is bool(count_published(session, PublicFilters(delayed=True)))
            said[house.case(ref).highest_rung] = shown.delayed
    return said


def published(house: SmallHouse) -> str:
    ref = house.reach(State.ASSIGNED)
    with house.database.transaction() as session:
        wanted, by = Correction(published=True), house.actors["contact"]
        correct(session, case_to_change(session, ref), wanted, by=by, at=MONDAY)
    return ref


def test_the_public_page_says_delayed_from_the_fourth_rung(small_house: SmallHouse) -> None:
    said = delayed_by_rung(small_house, published(small_house))
    assert {rung for rung, delayed in said.items() if not delayed} == {0, 1, 2, 3}
    assert min(rung for rung, delayed in said.items() if delayed) == 4


def test_a_house_of_the_revision_before_says_it_from_there_too(small_house: SmallHouse) -> None:
    bring_along(small_house.database, "0003")
    said = delayed_by_rung(small_house, published(small_house))
    assert {rung for rung, delayed in said.items() if not delayed} == {0, 1, 2, 3}
