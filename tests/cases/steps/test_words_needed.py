"""A question that asks nothing and an answer that says nothing are refused, each with a text of its own."""

import pytest
from support.houses.small_house import SmallHouse

from cases.history.words import Visibility
from cases.progress import WaitingFor
from cases.refusals import FieldNotUsed, WordsNeeded
from cases.states import State

ASKED = [WaitingFor("reporter"), WaitingFor("unit", unit="vatten"), WaitingFor("unit", unit="norrby")]


@pytest.mark.parametrize("whom", ASKED, ids=lambda whom: whom.unit or whom.kind)
@pytest.mark.parametrize("words", [{}, {"note": " \u200b "}])
def test_a_question_has_words(small_house: SmallHouse, whom: WaitingFor, words: dict[str, str]) -> None:
    ref = small_house.reach(State.ASSIGNED)
    with pytest.raises(WordsNeeded) as refused:
        small_house.change(ref, State.WAITING, waiting_for=whom, **words)
    assert (refused.value.field, refused.value.step) == ("note", "wait")
    assert small_house.case(ref).state is State.ASSIGNED


@pytest.mark.parametrize("whom", ASKED, ids=lambda whom: whom.unit or whom.kind)
def test_whoever_is_asked_may_read_the_question(small_house: SmallHouse, whom: WaitingFor) -> None:
    ref = small_house.reach(State.ASSIGNED)
    with pytest.raises(FieldNotUsed) as refused:
        small_house.change(ref, State.WAITING, waiting_for=whom, note="Var?", visibility=Visibility.INTERNAL)
    assert refused.value.field == "visibility"


@pytest.mark.parametrize("whom", [WaitingFor("unit", unit="forum"), WaitingFor("other", name="Trafikverket")])
def test_what_waits_for_a_meeting_or_somebody_outside_needs_none(small_house: SmallHouse, whom: WaitingFor) -> None:
    ref = small_house.reach(State.ASSIGNED)
    assert small_house.change(ref, State.WAITING, waiting_for=whom).state is State.WAITING


@pytest.mark.parametrize("who", ["reporter", "member"])
def test_an_answer_has_words_of_those_who_were_asked(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.WAITING, group="norrby")
    with pytest.raises(WordsNeeded) as refused:
        small_house.change(ref, State.ASSIGNED, by=who)
    assert (refused.value.field, refused.value.step) == ("note", "answer")
    with pytest.raises(WordsNeeded) as refused:
        small_house.comment(ref, " ", by=who)
    assert (refused.value.field, refused.value.step) == ("text", "answer")
    small_house.change(ref, State.ASSIGNED, by="officer")  # they know by other ways


@pytest.mark.parametrize(("step", "to"), [("finish", State.DONE), ("wait", State.WAITING), ("decline", State.DECLINED)])
def test_each_step_says_for_itself_which_words_it_lacks(small_house: SmallHouse, step: str, to: State) -> None:
    ref = small_house.reach(State.ASSIGNED)
    given = {"waiting_for": WaitingFor("reporter")} if step == "wait" else {}
    with pytest.raises(WordsNeeded) as refused:
        small_house.change(ref, to, step=step, **given)
    assert refused.value.step == step
