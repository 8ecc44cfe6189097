"""A done case is closed once everyone who may contest it has said that it is done; one yes of two closes nothing."""

import pytest
from support.houses.small_house import MONDAY, SmallHouse

from cases.handing_in import Reporter
from cases.refusals import AlreadyConfirmed, NotAllowed, TransitionNotAllowed
from cases.states import State


def types(house: SmallHouse, ref: str) -> list[str]:
    """The types of the events of the case since it was done."""
    found = [event.type for event in house.events(ref)]
    return found[found.index("case.done") + 1 :]


def confirm(house: SmallHouse, ref: str, by: str, **more: object) -> State:
    """Let somebody say that the case is done; return its state after that."""
    return house.change(ref, State.CLOSED, by=by, **more).state


@pytest.mark.parametrize(("first", "second"), [("reporter", "member"), ("member", "reporter")])
def test_the_last_yes_of_two_closes_the_case(small_house: SmallHouse, first: str, second: str) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    before = small_house.case(ref)
    assert confirm(small_house, ref, first) is State.DONE
    after = small_house.case(ref)
    assert (after.due_at, after.next_at, after.changed_version) == (before.due_at, before.next_at, before.version)
    assert confirm(small_house, ref, second, version=before.version, note="Tack!") is State.CLOSED
    assert types(small_house, ref) == ["case.confirmed", "case.closed"]
    assert small_house.events(ref, "case.confirmed")[0].facts == {"whose": "group" if first == "member" else "reporter"}
    assert small_house.case(ref).ended_at == MONDAY


def test_the_only_yes_closes_the_case(small_house: SmallHouse) -> None:
    assert confirm(small_house, small_house.reach(State.DONE), "reporter") is State.CLOSED
    of_group = small_house.hand_in(by="member", group="norrby", reporter=None)
    small_house.change(of_group, State.ASSIGNED, responsible="gata")
    small_house.change(of_group, State.DONE, by="officer", note="Lagat")
    assert confirm(small_house, of_group, "member") is State.CLOSED


def test_the_same_side_twice_is_not_two(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    confirm(small_house, ref, "reporter")
    with pytest.raises(AlreadyConfirmed):
        confirm(small_house, ref, "reporter")
    assert types(small_house, ref) == ["case.confirmed"]


def test_a_yes_is_about_what_was_done_last(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    confirm(small_house, ref, "reporter")
    small_house.change(ref, State.ASSIGNED, by="member", note="Den är kvar")
    small_house.change(ref, State.DONE, by="officer", note="Nu så")
    assert confirm(small_house, ref, "member") is State.DONE
    assert confirm(small_house, ref, "reporter") is State.CLOSED


def test_a_group_that_did_it_itself_is_not_waited_for(small_house: SmallHouse) -> None:
    rut = Reporter(name="Rut", email="rut@example.se")
    ref = small_house.hand_in(by="contact", group="norrby", reporter=rut)
    small_house.change(ref, State.ASSIGNED, responsible="norrby")
    small_house.change(ref, State.DONE, by="member", note="Vi lagade det")
    assert confirm(small_house, ref, "reporter") is State.CLOSED


@pytest.mark.parametrize("who", ["officer", "contact", "neighbour", "visitor", "admin"])
def test_nobody_else_says_yes_for_those_who_asked(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    with pytest.raises(NotAllowed):
        confirm(small_house, ref, who)


def test_what_is_not_done_is_not_confirmed(small_house: SmallHouse) -> None:
    with pytest.raises(TransitionNotAllowed):
        confirm(small_house, small_house.reach(State.ASSIGNED), "reporter")


def test_what_an_import_tells_as_closed_is_closed_whoever_asked(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE, group="norrby")
    assert confirm(small_house, ref, "command") is State.CLOSED
    assert types(small_house, ref) == ["case.closed"]
