"""Whoever takes a case on becomes its officer, so that reminders reach a person and not only a mailbox."""

import pytest
from support.houses.small_house import A_DATE, SmallHouse

from cases.states import State

PLAN, START = (State.PLANNED, {"due_on": A_DATE}), (State.IN_PROGRESS, {})


def officer_of(house: SmallHouse, ref: str) -> str | None:
    case = house.case(ref)
    names = {actor.person_id: name for name, actor in house.actors.items() if actor.person_id}
    return names.get(case.officer_id)


@pytest.mark.parametrize(("to", "fields"), [PLAN, START])
@pytest.mark.parametrize(("unit", "who"), [("gata", "officer"), ("gata", "head"), ("norrby", "member")])
def test_who_takes_a_case_on_becomes_its_officer(small_house: SmallHouse, to, fields, unit, who) -> None:
    ref = small_house.hand_in(by="contact")
    small_house.change(ref, State.ASSIGNED, responsible=unit)
    small_house.change(ref, to, by=who, **fields)
    assert officer_of(small_house, ref) == who
    assert small_house.events(ref)[-1 if to is State.IN_PROGRESS else -2].facts["officer"] == (
        small_house.actors[who].person_id
    )


@pytest.mark.parametrize(("to", "fields"), [PLAN, START])
def test_the_desk_does_itself_what_its_contact_takes_on(small_house: SmallHouse, to, fields) -> None:
    ref = small_house.hand_in()
    small_house.change(ref, to, by="contact", **fields)
    assert officer_of(small_house, ref) == "contact"


def test_a_case_that_has_an_officer_keeps_them_and_who_is_named_goes_before_who_acts(small_house: SmallHouse) -> None:
    kept = small_house.reach(State.ASSIGNED)
    small_house.change(kept, State.IN_PROGRESS, by="colleague")
    named = small_house.hand_in(by="contact")
    small_house.change(named, State.ASSIGNED, responsible="gata")
    small_house.change(named, State.IN_PROGRESS, by="head", officer="colleague@example.se")
    assert (officer_of(small_house, kept), officer_of(small_house, named)) == ("officer", "colleague")


def test_who_plans_for_a_unit_in_which_they_do_not_serve_is_not_its_officer(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(by="contact")
    small_house.change(ref, State.ASSIGNED, responsible="gata")
    small_house.change(ref, State.PLANNED, by="contact", due_on=A_DATE)
    assert officer_of(small_house, ref) is None
    other = small_house.hand_in(by="contact")
    small_house.change(other, State.PLANNED, by="contact", due_on=A_DATE, responsible="gata")
    assert officer_of(small_house, other) is None
