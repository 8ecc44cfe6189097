"""Correcting: what was wrong is put right by an event. And the most specific policy wins."""

from datetime import date

import pytest
from sqlalchemy import select
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import Relation, case_to_change
from cases.correcting import Correction, correct, relate
from cases.deadlines.policies import DEFAULT_TERMS, PROPOSAL_TERMS, Policy, matching_policy, terms_from, terms_to_store
from cases.organisation.categories import Category
from cases.organisation.places import Place
from cases.refusals import MergedIntoItself, NotAllowed, TooLong, UnknownName, WordsNeeded
from cases.states import Kind, State


def correct_case(house: SmallHouse, ref: str, by: str = "contact", **what: object) -> list[int]:
    with house.database.transaction() as session:
        return correct(session, case_to_change(session, ref), Correction(**what), by=house.actors[by], at=MONDAY)


def test_a_correction_is_an_event_that_says_what_was_put_right(small_house: SmallHouse) -> None:
    ref = small_house.hand_in()
    correct_case(small_house, ref, title="Hål i bron", category="trafik", quick_win=True)
    case = small_house.case(ref)
    assert (case.title, case.quick_win, case.category_id is not None) == ("Hål i bron", True, True)
    [event] = small_house.events(ref, "case.corrected")
    assert event.facts == {"what": ["title", "category", "quick_win"], "category": "trafik", "quick_win": True}


def test_what_is_right_already_is_no_event(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Hål", category="trafik")
    assert correct_case(small_house, ref, title=" Hål ", category="trafik", quick_win=False, published=False) == []


def test_an_empty_category_takes_it_away(small_house: SmallHouse) -> None:
    ref = small_house.hand_in(category="trafik")
    correct_case(small_house, ref, category="")
    assert small_house.case(ref).category_id is None


@pytest.mark.parametrize(
    ("what", "by", "refusal"),
    [
        ({"title": " "}, "contact", WordsNeeded),
        ({"title": "x" * 201}, "contact", TooLong),
        ({"category": "fiske"}, "contact", UnknownName),
        ({"published": True}, "officer", NotAllowed),
        ({"title": "Ny"}, "member", NotAllowed),
        ({"title": "Ny"}, "visitor", NotAllowed),
    ],
)
def test_a_wrong_correction_is_refused(
    small_house: SmallHouse, what: dict[str, object], by: str, refusal: type[Exception]
) -> None:
    ref = small_house.hand_in()
    with pytest.raises(refusal):
        correct_case(small_house, ref, by=by, **what)
    assert small_house.case(ref).version == 1


def test_cases_that_have_to_do_with_each_other_say_so_on_both_sides_once(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in("Ett"), small_house.hand_in("Två")]
    with small_house.database.transaction() as session:
        one, two = (case_to_change(session, ref) for ref in refs)
        assert len(relate(session, two, one, by=small_house.actors["officer"], at=MONDAY)) == 2
        assert relate(session, one, two, by=small_house.actors["officer"], at=MONDAY) == []
        with pytest.raises(MergedIntoItself):
            relate(session, one, one, by=small_house.actors["officer"], at=MONDAY)
    with small_house.database.reading() as session:
        assert len(session.scalars(select(Relation)).all()) == 1


# --- policies ---------------------------------------------------------------------------------------


def test_the_most_specific_policy_of_today_wins(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        trafik = session.scalars(select(Category.id).where(Category.slug == "trafik")).one()
        norrby = session.scalars(select(Place.id).where(Place.slug == "norrby")).one()
        session.add(Policy(scope="issue/*/*", name="Frågor", kind="issue"))
        session.add(Policy(scope="issue/*/*", version=2, name="Frågor nu", kind="issue"))
        session.add(Policy(scope="*/trafik/*", name="Trafik", category_id=trafik))
        session.add(Policy(scope="*/*/norrby", name="Norrby", place_id=norrby))
        session.flush()
        wanted = {
            (Kind.ACTION, None, None, None): "Allt annat",
            (Kind.ISSUE, None, None, None): "Frågor nu",
            (Kind.ISSUE, None, trafik, None): "Trafik",
            (Kind.ISSUE, None, trafik, norrby): "Norrby",
            (Kind.PROPOSAL, None, None, None): "Förslag",
            (Kind.DUTY, "plan", None, None): "Lokala planer",
            (Kind.DUTY, "plan", trafik, None): "Trafik",
            (Kind.DUTY, None, None, None): "Allt annat",
        }
        for case, name in wanted.items():
            assert matching_policy(session, *case).name == name


def test_a_new_category_brings_its_policy(small_house: SmallHouse) -> None:
    with small_house.database.transaction() as session:
        trafik = session.scalars(select(Category.id).where(Category.slug == "trafik")).one()
        session.add(Policy(scope="*/trafik/*", name="Trafik", category_id=trafik, terms={"answer_days": 3}))
    ref = small_house.hand_in()
    correct_case(small_house, ref, category="trafik")
    case = small_house.change(ref, State.ASSIGNED, responsible="gata")
    assert case.due_at.date() == date(2026, 3, 5)


@pytest.mark.parametrize("terms", [DEFAULT_TERMS, PROPOSAL_TERMS])
def test_terms_are_stored_and_read_back_the_same(terms: object) -> None:
    assert terms_from(terms_to_store(terms)) == terms


def test_terms_that_nobody_knows_are_refused() -> None:
    with pytest.raises(TypeError):
        terms_from({"answer_dyas": 3})
