"""A step takes the fields that its row in the table names; any other is refused beside that field, not ignored."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from support.houses.small_house import A_DATE, SmallHouse, copied_sqlite, furnish, open_small_house

from cases.history.words import Visibility, Words
from cases.progress import WaitingFor
from cases.refusals import FieldNotUsed
from cases.states import OPEN, STEPS, State, Step

GIVEN = {
    "responsible": "vatten",
    "officer": "colleague@example.se",
    "due_on": A_DATE,
    "promised_on": A_DATE,
    "waiting_for": WaitingFor("other", name="Trafikverket"),
    "into": "2026-0001",
}
PEOPLE = {"contest": "reporter", "confirm": "reporter", "send_back": "officer"}


def a_case(house: SmallHouse, step: Step) -> tuple[str, dict[str, object]]:
    """A case that can take this step, and a change with no more than the step needs."""
    source = sorted(step.sources)[0] if step.name != "reopen" else State.DONE
    ref = house.reach(step.to if step.name == "answer" else source)
    if step.name == "answer":
        house.change(ref, State.WAITING, waiting_for=WaitingFor("reporter"), note="Var?")
    needed = {name: GIVEN.get(name, "Ja") for name in step.needs}
    if step.name == "merge":
        needed["into"] = house.hand_in("Den andra")
    return ref, {"step": step.name, **needed}


TAKEN = [step for step in STEPS if step.name != "close"]
TELLS = {"assign": {"responsible"}, "hand_over": {"responsible"}, "appoint": {"responsible"}}  # it from another step
CASES = [
    (step, name)
    for step in TAKEN
    for name in GIVEN
    if name not in {*step.needs, *step.may_have, *TELLS.get(step.name, ())}
    and not (name == "promised_on" and step.to in OPEN - {State.DONE} and step.name != "contest")  # any may promise
]


@pytest.fixture
def sqlite_house(run_folder: Path, tmp_path: Path) -> Iterator[SmallHouse]:
    """The small house on SQLite, for what does not depend on the database."""
    house = open_small_house(copied_sqlite(run_folder, tmp_path, "small_house", furnish))
    yield house
    house.database.close()


@pytest.mark.parametrize(("step", "name"), CASES, ids=[f"{step.name}-{step.to}-{name}" for step, name in CASES])
def test_a_field_that_the_step_does_not_take_is_refused(sqlite_house: SmallHouse, step: Step, name: str) -> None:
    ref, needed = a_case(sqlite_house, step)
    who, version = PEOPLE.get(step.name, "contact"), sqlite_house.case(ref).version
    with pytest.raises(FieldNotUsed) as refused:
        sqlite_house.change(ref, step.to, by=who, **needed, **{name: GIVEN[name]})
    assert refused.value.field == name
    assert sqlite_house.case(ref).version == version


@pytest.mark.parametrize("step", TAKEN, ids=[f"{step.name}-{step.to}-{len(step.sources)}" for step in TAKEN])
def test_what_the_step_needs_is_enough(sqlite_house: SmallHouse, step: Step) -> None:
    ref, needed = a_case(sqlite_house, step)
    sqlite_house.change(ref, step.to, by=PEOPLE.get(step.name, "contact"), **needed)
    assert sqlite_house.events(ref, step.event)


def test_who_answers_sets_no_day_for_the_unit(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.PLANNED)
    small_house.change(ref, State.WAITING, waiting_for=WaitingFor("reporter"), note="Var?")
    far = {"due_on": date(2030, 1, 2), "note": "Sen"}
    with pytest.raises(FieldNotUsed) as refused:
        small_house.change(ref, State.PLANNED, by="reporter", **far)
    assert refused.value.field == "due_on"
    small_house.change(ref, State.PLANNED, by="officer", **far)


@pytest.mark.parametrize("visibility", [Visibility.PARTICIPANTS, Visibility.INTERNAL])
def test_words_that_the_one_who_asked_is_owed_cannot_be_kept_from_them(sqlite_house: SmallHouse, visibility) -> None:
    ref = sqlite_house.reach(State.ASSIGNED)
    with pytest.raises(FieldNotUsed) as refused:
        sqlite_house.change(ref, State.DONE, note="Lagat", visibility=visibility)
    assert refused.value.field == "visibility"


def test_one_text_is_kept_so_two_are_refused(sqlite_house: SmallHouse) -> None:
    ref = sqlite_house.reach(State.ASSIGNED)
    with pytest.raises(FieldNotUsed) as refused:
        sqlite_house.change(ref, State.DECLINED, reason="Nej", note="Och hälsa")
    assert refused.value.field == "note"
    sqlite_house.change(ref, State.DONE, reason="Lagat")


@pytest.mark.parametrize("who", ["reporter", "member"])
def test_an_answer_from_outside_is_read_by_those_who_take_part(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.ASSIGNED, group="norrby")
    small_house.change(ref, State.WAITING, waiting_for=WaitingFor("reporter"), note="Var?")
    with pytest.raises(FieldNotUsed):
        small_house.change(ref, State.ASSIGNED, by=who, note="Hemligt", visibility=Visibility.INTERNAL)
    small_house.change(ref, State.ASSIGNED, by=who, note="Vid Ruts grind")
    with small_house.database.reading() as session:
        assert session.query(Words.visibility).filter(Words.text == "Vid Ruts grind").one() == (
            Visibility.PARTICIPANTS,
        )
