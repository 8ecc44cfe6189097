"""The forum's agenda: what waits for it, what somebody chose, and what is settled."""

from datetime import timedelta

import pytest
from small_house import MONDAY, SmallHouse
from sqlalchemy import select

from cases.case import case_to_change
from cases.forum import AgendaItem, choose_for_agenda
from cases.progress import WaitingFor
from cases.refusals import NotAllowed, TransitionNotAllowed
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
    small_house.change(ref, State.ASSIGNED, by="representative", note="Vi tycker ja.")
    assert agenda(small_house) == [("waits", True)]


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
    small_house.change(ref, State.ASSIGNED, by="representative", note="Vi tycker ja.")
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
