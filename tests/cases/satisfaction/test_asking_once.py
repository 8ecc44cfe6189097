"""How it went is asked once, four weeks after a case was closed, and never of those who may not be asked."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.actors import THE_IMPORT, ActorKind
from cases.case import case_to_change
from cases.handing_in import Reporter
from cases.organisation.municipality import municipality
from cases.progress import Change, change_state
from cases.satisfaction import asking_once
from cases.satisfaction.asking_once import ask_how_it_went
from cases.satisfaction.question import Satisfaction
from cases.states import State

FOUR_WEEKS = MONDAY + timedelta(weeks=4)
ASKED = "case.satisfaction_asked"


def asked(house: SmallHouse, ref: str, at: datetime = FOUR_WEEKS) -> list[str]:
    """Let the clock ask at this moment; return who was asked how it went with the case, each time."""
    ask_how_it_went(house.database, now=at)
    return [event.facts["whose"] for event in house.events(ref, ASKED)]


def closed_for_group(house: SmallHouse, responsible: str = "gata") -> str:
    ref = house.hand_in(by="member", group="norrby", reporter=None)
    house.change(ref, State.ASSIGNED, by="contact", responsible=responsible)
    house.change(ref, State.DONE, by="contact", note="Lagat")
    house.change(ref, State.CLOSED, by="clock")
    return ref


def test_it_is_asked_four_weeks_after_and_not_before(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    assert asked(small_house, ref, FOUR_WEEKS - timedelta(seconds=1)) == []
    assert asked(small_house, ref) == ["reporter"]
    [event] = small_house.events(ref, ASKED)
    assert (event.actor, event.tick_id, event.at) == (ActorKind.CLOCK, None, FOUR_WEEKS)
    with small_house.database.reading() as session:
        [row] = session.scalars(select(Satisfaction))
        assert (row.asked_at, row.whose, row.grade) == (FOUR_WEEKS, "reporter", None)


def test_it_is_asked_once_also_when_the_case_was_closed_again(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    assert asked(small_house, ref) == asked(small_house, ref, FOUR_WEEKS + timedelta(days=1)) == ["reporter"]
    small_house.change(ref, State.ASSIGNED, by="contact", responsible="gata", note="En gång till", at=FOUR_WEEKS)
    small_house.change(ref, State.DONE, by="officer", note="Lagat", at=FOUR_WEEKS)
    small_house.change(ref, State.CLOSED, by="clock", at=FOUR_WEEKS)
    assert asked(small_house, ref, FOUR_WEEKS + timedelta(weeks=4)) == ["reporter"]


@pytest.mark.parametrize("clocks", [2, 4])
def test_several_clocks_at_once_ask_once(small_house: SmallHouse, clocks: int) -> None:
    refs = [small_house.reach(State.CLOSED) for _ in range(3)]
    ready = Barrier(clocks)

    def ask() -> None:
        ready.wait()
        ask_how_it_went(small_house.database, now=FOUR_WEEKS)

    threads = [Thread(target=ask) for _ in range(clocks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(small_house.events(ref, ASKED)) for ref in refs] == [1, 1, 1]


def test_many_are_asked_in_several_transactions(small_house: SmallHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_once, "AT_A_TIME", 2)
    refs = [small_house.reach(State.CLOSED) for _ in range(5)]
    assert ask_how_it_went(small_house.database, now=FOUR_WEEKS) == 5
    assert [len(small_house.events(ref, ASKED)) for ref in refs] == [1] * 5


def test_after_an_outage_it_is_asked_late_and_of_old_cases_never(small_house: SmallHouse) -> None:
    late, old = small_house.reach(State.CLOSED), small_house.reach(State.CLOSED, at=MONDAY - timedelta(days=2))
    at = FOUR_WEEKS + timedelta(days=13)
    assert (asked(small_house, late, at), asked(small_house, old, at)) == (["reporter"], [])


@pytest.mark.parametrize(
    "reporter", [Reporter("Rut", phone="070-174 06 05"), Reporter("Rut", "rut@example.se", protected=True), None]
)
def test_nobody_is_asked_without_an_address_or_under_protection(small_house: SmallHouse, reporter: Reporter) -> None:
    assert asked(small_house, small_house.reach(State.CLOSED, reporter=reporter)) == []


def test_who_asked_is_not_asked_once_they_are_erased_or_protected(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    with small_house.database.transaction() as session:
        session.execute(text("UPDATE party SET email = NULL"))
    assert asked(small_house, ref) == []
    with small_house.database.transaction() as session:
        session.execute(text("UPDATE party SET email = 'rut@example.se', protected = true"))
    assert asked(small_house, ref) == []


@pytest.mark.parametrize("state", [State.DONE, State.DECLINED, State.ASSIGNED])
def test_only_what_is_closed_is_asked_about(small_house: SmallHouse, state: State) -> None:
    assert asked(small_house, small_house.reach(state)) == []


def test_a_case_that_was_taken_up_again_is_not_asked_about(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.CLOSED)
    small_house.change(ref, State.ASSIGNED, by="contact", responsible="gata", note="Inte klart")
    assert asked(small_house, ref) == []


def test_a_group_is_asked_where_nobody_else_is_but_not_about_what_it_did_itself(small_house: SmallHouse) -> None:
    assert asked(small_house, closed_for_group(small_house)) == ["group"]
    assert asked(small_house, closed_for_group(small_house, "norrby")) == []
    with_both = small_house.reach(State.CLOSED, group="norrby")
    assert asked(small_house, with_both) == ["reporter"]


@pytest.mark.parametrize(("name", "value"), [("asks_how_it_went", False), ("act_from_letters", "off")])
def test_a_house_may_ask_nobody(small_house: SmallHouse, name: str, value: object) -> None:
    ref = small_house.reach(State.CLOSED)
    with small_house.database.transaction() as session:
        setattr(municipality(session), name, value)
    assert asked(small_house, ref) == []


def test_what_an_import_closed_is_not_asked_about(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.DONE)
    with small_house.database.transaction() as session:
        change_state(session, case_to_change(session, ref), Change(State.CLOSED), by=THE_IMPORT, at=MONDAY)
    assert asked(small_house, ref) == []
