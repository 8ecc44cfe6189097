"""Seeing: one rule for a page, a list and a search; and which words of a case somebody may read."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, PEOPLE, SmallHouse

from cases.access.actors import A_VISITOR, THE_CLOCK, THE_IMPORT, Actor, reporter_of
from cases.case import Case, case_to_change
from cases.correcting import erase_words
from cases.history.words import Visibility
from cases.progress import WaitingFor
from cases.reading.lists import Filters, list_cases
from cases.reading.timeline import timeline
from cases.reading.visibility import may_read, may_see, seen_by
from cases.refusals import NotAllowed, Refusal
from cases.states import State


def fill(house: SmallHouse, seed: int) -> None:
    """Random cases, in all hands."""
    chance = random.Random(seed)
    for n in range(14):
        ref = house.hand_in(f"Fråga {n}", by="contact", group=chance.choice([None, "norrby", "soderby"]))
        if chance.random() < 0.7:
            house.change(ref, State.ASSIGNED, responsible=chance.choice(["gata", "vatten", "norrby", "desk"]))
        if chance.random() < 0.5:
            asked = chance.choice(["reporter", "forum", "byggnamnd", "soderby"])
            waiting_for = WaitingFor("reporter") if asked == "reporter" else WaitingFor("unit", unit=asked)
            house.change(ref, State.WAITING, waiting_for=waiting_for, note="Var?")
        if chance.random() < 0.2:
            with suppress(Refusal):
                house.change(ref, State.DONE, note="Klart")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_list_shows_what_a_page_would_show_to_everybody(small_house: SmallHouse, seed: int) -> None:
    fill(small_house, seed)
    for days in range(0, 60, 7):
        small_house.sweep(CALENDAR.morning_of(CALENDAR.day_of(MONDAY + timedelta(days=days))))  # some reach the agenda
    with small_house.database.reading() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        actors: list[Actor] = [*(small_house.actors[who] for who in PEOPLE), A_VISITOR, THE_CLOCK, THE_IMPORT]
        actors += [reporter_of(cases[0]), reporter_of(cases[5])]
        for actor in actors:
            listed = set(session.scalars(select(Case.id).where(seen_by(actor))))
            assert listed == {case.id for case in cases if may_see(actor, case)}, actor
        representative = small_house.actors["representative"]
        assert 0 < len(list(session.scalars(select(Case.id).where(seen_by(representative))))) < len(cases)


READS = {  # who: public, participants, internal
    "contact": (True, True, True),
    "officer": (True, True, True),
    "water_officer": (True, True, True),
    "admin": (True, True, True),
    "member": (True, True, False),
    "reporter": (True, True, False),
    "neighbour": (True, False, False),
    "visitor": (True, False, False),
}


def test_each_comment_is_read_by_those_it_is_for(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED, group="norrby")
    for visibility in Visibility:
        small_house.comment(ref, f"Detta är {visibility}", visibility, by="officer")
    with small_house.database.reading() as session:
        case = session.scalars(select(Case).where(Case.ref == ref)).one()
        for who, wanted in READS.items():
            actor = reporter_of(case) if who == "reporter" else small_house.actors[who]
            assert tuple(may_read(actor, case, visibility) for visibility in Visibility) == wanted, who
            told = [
                line.words["note"] for line in timeline(session, case, actor) if line.event.type == "case.commented"
            ]
            assert told == [f"Detta är {v}" for v, reads in zip(Visibility, wanted, strict=True) if reads], who


@pytest.mark.parametrize("who", ["member", "reporter", "board_member"])
def test_nobody_outside_writes_what_they_could_not_read(small_house: SmallHouse, who: str) -> None:
    ref = small_house.reach(State.ASSIGNED, group="norrby")
    with pytest.raises(NotAllowed):
        small_house.comment(ref, "Hemligt", Visibility.INTERNAL, by=who)


def test_an_internal_comment_answers_nothing(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.change(ref, State.WAITING, waiting_for=WaitingFor("unit", unit="vatten"), note="Var?")
    small_house.comment(ref, "Vi ser efter", Visibility.INTERNAL, by="water_officer")
    assert small_house.case(ref).state is State.WAITING
    small_house.comment(ref, "Det är rent", Visibility.PARTICIPANTS, by="water_officer")
    assert small_house.case(ref).state is State.ASSIGNED


# --- searching ------------------------------------------------------------------------------------------


def found(house: SmallHouse, wanted: str, who: str = "contact") -> list[str]:
    with house.database.reading() as session:
        page = list_cases(session, Filters(q=wanted), house.actors[who], now=MONDAY)
        return sorted(case.ref for case in page.items)


def test_swedish_words_are_found_as_people_write_them(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Snöröjning på Åsvägen", description="Gångbanan är hal. Äldre ramlar vid ån.")
    small_house.hand_in("Något annat")
    for wanted in ("snöröjning", "SNÖRÖJNING", "åsvägen", "Äldre", "gångbanan", "asvagen", ref):
        assert found(small_house, wanted) == [ref], wanted
    for wanted in ("åsvagen", "finns ej", "%", "_"):
        assert found(small_house, wanted) == [], wanted


def test_inflections_are_found(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Trasiga lampor", description="Lamporna vid badplatsen blinkar.")
    wanted = (
        ["lampor", "lampo", "lampornas"]
        if small_house.database.is_sqlite
        else ["lampor", "lampornas", "badplatsen", "blinkade"]
    )
    assert [found(small_house, one) for one in wanted] == [[ref]] * len(wanted)


@pytest.mark.parametrize("wanted", ['"', "a AND", "NEAR(", "*", "-", "'; DROP TABLE x", "\0", "å" * 5000, "()", ":"])
def test_no_signs_that_somebody_types_break_the_search(small_house: SmallHouse, wanted: str) -> None:
    small_house.hand_in()
    assert found(small_house, wanted) in ([], ["2026-0001"])


def test_a_search_by_somebody_outside_never_finds_internal_words(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED, group="norrby")
    small_house.comment(ref, "Kvartsporfyr", Visibility.INTERNAL, by="officer")
    small_house.comment(ref, "Gnejs", Visibility.PARTICIPANTS, by="officer")
    assert [found(small_house, "Kvartsporfyr", who) for who in ("officer", "member", "neighbour")] == [[ref], [], []]
    assert [found(small_house, "Gnejs", who) for who in ("officer", "member", "neighbour")] == [[ref], [ref], []]


def test_erased_words_are_not_found(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Kvartsporfyr")
    with small_house.database.transaction() as session:
        erase_words(session, case_to_change(session, ref), "Beslut", [1], by=small_house.actors["contact"], at=MONDAY)
    assert found(small_house, "Kvartsporfyr") == []


def test_nothing_from_outside_the_house_is_public_by_itself(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    small_house.comment(ref, "Grannen Olle är skyldig", Visibility.PUBLIC, by="reporter")
    small_house.comment(ref, "Vi tittar på det", Visibility.PUBLIC, by="officer")
    shown = [event.facts["visibility"] for event in small_house.events(ref, "case.commented")]
    assert shown == ["participants", "public"]
