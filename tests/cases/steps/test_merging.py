"""Merging: nobody who waited is lost, and two who merge at once do not hang."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.small_house import MONDAY, SmallHouse

from cases.access.tokens import Link
from cases.case import case_to_change
from cases.following import ask_to_follow, confirm_following
from cases.handing_in import Reporter
from cases.parties import Follower
from cases.progress import Change, change_state
from cases.refusals import MergedIntoItself, Refusal
from cases.states import State

KEY = "k" * 40


def follow(house: SmallHouse, ref: str, email: str, *, confirmed: bool, at: datetime = MONDAY) -> None:
    with house.database.transaction() as session:
        ask_to_follow(session, case_to_change(session, ref), email, "sv", key=KEY, at=at)
        if confirmed:
            confirm_following(session, session.scalars(select(Link).order_by(Link.id.desc())).first(), at=at)


def followers(house: SmallHouse, ref: str) -> int:
    with house.database.reading() as session:
        of_case = select(Follower.id).where(Follower.case_id == house.case(ref).id, Follower.confirmed_at.is_not(None))
        return len(session.scalars(of_case).all())


def test_the_one_who_asked_and_the_followers_go_along(small_house: SmallHouse) -> None:
    into = small_house.hand_in("Vägen", reporter=Reporter(email="per@example.se"))
    ref = small_house.hand_in("Vägen igen", reporter=Reporter(email="rut@example.se"))
    follow(small_house, ref, "eva@example.se", confirmed=True)
    follow(small_house, ref, "obekraftad@example.se", confirmed=False)
    case = small_house.change(ref, State.MERGED, into=into, reason="Samma sak")
    assert (case.state, case.merged_into.ref, case.next_at) == (State.MERGED, into, None)
    assert followers(small_house, into) == 2
    [told] = small_house.events(into, "case.took_over")
    assert told.facts == {"merged": ref, "followers": 2}


@pytest.mark.parametrize("state", [State.CLOSED, State.DECLINED])
def test_a_case_is_merged_only_into_another_that_is_open(small_house: SmallHouse, state: State) -> None:
    ref, ended = small_house.hand_in(), small_house.reach(state)
    for into in (ref, ended):
        with pytest.raises(MergedIntoItself):
            small_house.change(ref, State.MERGED, into=into, reason="Samma")


def test_a_merged_case_can_be_reopened(small_house: SmallHouse) -> None:
    ref, into = small_house.hand_in(), small_house.hand_in("Annan")
    small_house.change(ref, State.MERGED, into=into, reason="Samma")
    case = small_house.change(ref, State.ASSIGNED, responsible="gata", note="Inte samma")
    assert (case.merged_into_id, case.responsible.slug) == (None, "gata")


def test_two_cases_merged_into_each_other_at_once_leave_one_open(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in("Ett"), small_house.hand_in("Två")]
    start, refused = threading.Barrier(2), []

    def one(ref: str, into: str) -> None:
        try:
            with small_house.database.transaction() as session:
                if not small_house.database.is_sqlite:  # there only one writes at a time
                    case_to_change(session, ref)
                    start.wait(5)
                _merge(small_house, session, ref, into)
        except Refusal as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=one, args=pair) for pair in (refs, refs[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(small_house.case(ref).is_open for ref in refs) == [False, True]
    assert [type(refusal) for refusal in refused] == [MergedIntoItself]


def _merge(house: SmallHouse, session: Session, ref: str, into: str) -> None:
    change = Change(State.MERGED, into=into, reason="Samma")
    change_state(session, case_to_change(session, ref), change, by=house.actors["contact"], at=MONDAY)
