"""Done says on which day and by whom, where somebody knows."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse

from cases.history.words import Visibility, Words
from cases.refusals import DateOutside, FieldNotUsed, TooLong
from cases.states import State

TODAY = MONDAY.date()


def test_done_says_when_and_by_whom(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    who = {"done_on": TODAY - timedelta(days=3), "done_by": "  Byalaget och skolan "}
    small_house.change(ref, State.DONE, by="officer", note="Räcket är lagat", **who)
    [done] = small_house.events(ref, "case.done")
    assert done.facts["done_on"] == "2026-02-27"
    with small_house.database.reading() as session:
        found = select(Words.field, Words.text, Words.visibility).where(Words.event_id == done.id).order_by(Words.id)
        assert session.execute(found).all() == [
            ("note", "Räcket är lagat", Visibility.PUBLIC),
            ("done_by", "Byalaget och skolan", Visibility.PUBLIC),
        ]


def test_done_need_not_say_either(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.DONE, by="officer", note="Lagat")
    assert "done_on" not in small_house.events(ref, "case.done")[0].facts


@pytest.mark.parametrize(
    ("to", "more", "refusal"),
    [
        (State.DONE, {"note": "Lagat", "done_on": TODAY + timedelta(days=1)}, DateOutside),
        (State.DONE, {"note": "Lagat", "done_by": "a" * 201}, TooLong),
        (State.IN_PROGRESS, {"done_on": TODAY}, FieldNotUsed),
        (State.IN_PROGRESS, {"done_by": "Byalaget"}, FieldNotUsed),
    ],
)
def test_what_cannot_be_is_refused(small_house: SmallHouse, to: State, more: dict, refusal: type) -> None:
    ref = small_house.reach(State.ASSIGNED)
    with pytest.raises(refusal):
        small_house.change(ref, to, by="officer", **more)
