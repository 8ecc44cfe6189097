"""The figures of how it went: counted by unit and topic, and nobody's answer can be found from them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from support.houses.small_house import MONDAY, SmallHouse

from cases.satisfaction.asking_once import ask_how_it_went
from cases.satisfaction.figures import HIDDEN, GradesTold, _Grades, _lines, satisfaction_told
from cases.states import State


def rated(house: SmallHouse, grades: list[int], category: str | None = None) -> list[str]:
    refs = [house.reach(State.CLOSED, category=category) for _ in grades]
    ask_how_it_went(house.database, now=MONDAY + timedelta(weeks=4))
    with house.database.transaction() as session:
        for ref, grade in zip(refs, grades, strict=True):
            session.execute(
                text(
                    "UPDATE satisfaction SET grade = :grade, answered_at = asked_at"
                    ' WHERE case_id = (SELECT id FROM "case" WHERE ref = :ref)'
                ),
                {"grade": grade, "ref": ref},
            )
    return refs


def test_answers_are_counted_by_unit_and_topic(small_house: SmallHouse) -> None:
    rated(small_house, [5, 5, 4, 4, 3, 1], "trafik")
    rated(small_house, [2, 2, 2, 2, 3], "belysning")
    small_house.reach(State.CLOSED)  # nobody has answered
    with small_house.database.reading() as session:
        told = satisfaction_told(session)
    assert told.total == GradesTold(11, 3.0)
    assert told.by_unit == {"gata": GradesTold(11, 3.0)}
    assert told.by_topic == {"trafik": GradesTold(6, 3.7), "belysning": GradesTold(5, 2.2)}


def test_few_answers_are_hidden_and_so_is_what_would_tell_of_them(small_house: SmallHouse) -> None:
    rated(small_house, [5, 5, 4, 4, 3, 1], "trafik")
    rated(small_house, [1], "belysning")
    with small_house.database.reading() as session:
        told = satisfaction_told(session)
    assert told.total == GradesTold(7, 3.3)
    assert told.by_topic == {"trafik": HIDDEN, "belysning": HIDDEN}


def test_below_five_answers_nothing_is_told_of_a_house(small_house: SmallHouse) -> None:
    rated(small_house, [5, 5, 4, 4])
    with small_house.database.reading() as session:
        assert satisfaction_told(session).total == HIDDEN


def test_v35_an_answer_of_who_is_protected_now_is_not_counted(small_house: SmallHouse) -> None:
    rated(small_house, [5, 5, 4, 4, 3, 1])
    with small_house.database.transaction() as session:
        session.execute(text("UPDATE party SET protected = :on WHERE id = (SELECT min(id) FROM party)"), {"on": True})
    with small_house.database.reading() as session:
        assert satisfaction_told(session).total.answers == 5


@given(st.lists(st.integers(1, 12), max_size=8))
def test_what_is_hidden_is_five_answers_of_two_lines_at_least(answers: list[int]) -> None:
    told = _lines({str(place): _Grades(number, 3 * number) for place, number in enumerate(answers)})
    hidden = [answers[int(name)] for name, line in told.items() if line == HIDDEN]
    assert all(line.answers >= 5 for line in told.values() if line.answers is not None)
    assert not hidden or len(hidden) == len(answers) or (len(hidden) > 1 and sum(hidden) >= 5)


@pytest.mark.parametrize("category", ["trafik"])
def test_without_answers_there_are_no_lines(small_house: SmallHouse, category: str) -> None:
    small_house.reach(State.CLOSED, category=category)
    with small_house.database.reading() as session:
        assert satisfaction_told(session).by_unit == {}
