"""Why a search found a case: in which text or by who asked, from what the reader may read and nothing else."""

import pytest
from sqlalchemy import event
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.reading.hits import FoundIn, hit_reasons
from cases.reading.lists import Filters, list_cases
from cases.reporters.protecting import set_protection
from cases.states import State

KARIN = Reporter(name="Åsa Öberg", email="asa.oberg@example.se", phone="0512-55 66 77")


def reasons(house: SmallHouse, wanted: str, who: str = "contact") -> list[tuple[FoundIn, str]]:
    """Where the one case that is found was found, and the excerpt with the word in brackets."""
    actor = house.actors[who]
    with house.database.reading() as session:
        cases = list_cases(session, Filters(q=wanted), actor, now=MONDAY).items
        found = hit_reasons(session, cases, wanted, actor)
        assert set(found) <= {case.id for case in cases}
        assert len(cases) == 1, wanted
        return [
            (one.found_in, f"{one.excerpt.before}[{one.excerpt.word}]{one.excerpt.after}" if one.excerpt else "")
            for one in found.get(cases[0].id, [])
        ]


@pytest.fixture
def ref(small_house: SmallHouse) -> str:
    """A case of a group's with a long description and notes of each kind."""
    described = (
        "Det är mörkt. " * 9 + "Lyktstolpen vid Ekbacken lutar mot vägen sedan i höstas. " + "Det är farligt. " * 9
    )
    ref = small_house.reach(
        State.ASSIGNED, title="Hål", description=described, reporter=KARIN, group="norrby", place="soderby",
    )  # fmt: skip
    small_house.comment(ref, "Vi nämner gnejs", Visibility.INTERNAL, by="contact")
    small_house.comment(ref, "Montören kommer på torsdag", Visibility.PARTICIPANTS, by="contact")
    return ref


def test_a_text_is_quoted_around_the_word(small_house: SmallHouse, ref: str) -> None:
    [(found_in, quoted)] = reasons(small_house, "lyktstolpar")
    assert found_in is FoundIn.DESCRIPTION
    assert quoted.startswith("… ") and quoted.endswith(" …") and len(quoted) < 110
    assert "[Lyktstolpen] vid Ekbacken lutar mot" in quoted
    assert reasons(small_house, "montör") == [(FoundIn.NOTE, "[Montören] kommer på torsdag")]


@pytest.mark.parametrize("wanted", ["hål", "soderby hål", "norrby", "gata"])
def test_what_the_row_shows_needs_no_reason(small_house: SmallHouse, ref: str, wanted: str) -> None:
    queries: list[str] = []
    actor = small_house.actors["contact"]
    with small_house.database.reading() as session:
        cases = list_cases(session, Filters(q=wanted), actor, now=MONDAY).items
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *given: queries.append(given[2]))
        assert len(cases) == 1 and hit_reasons(session, cases, wanted, actor) == {}
        assert not queries
        hit_reasons(session, cases, "gnejs montör öberg", actor)
        assert len(queries) == 1


@pytest.mark.parametrize(
    ("wanted", "found_in"),
    [
        ("55 66 77", FoundIn.PHONE), ("556677", FoundIn.PHONE), ("55-66 77", FoundIn.PHONE), ("66 77 hål", None),
        ("0512-55 66 77", FoundIn.PHONE), ("öberg", FoundIn.NAME), ("oberg@example", FoundIn.ADDRESS),
    ],
)  # fmt: skip
def test_staff_are_told_by_what_of_who_asked_and_nothing_is_quoted(
    small_house: SmallHouse, ref: str, wanted: str, found_in: FoundIn | None
) -> None:
    if found_in is not None:
        assert reasons(small_house, wanted) == [(found_in, "")]
        assert reasons(small_house, wanted, "officer") == [(found_in, "")]
    with small_house.database.reading() as session:
        for who in ("member", "neighbour", "representative"):
            assert list_cases(session, Filters(q=wanted), small_house.actors[who], now=MONDAY).items == [], who


def test_of_a_protected_identity_only_the_desk_is_told(small_house: SmallHouse, ref: str) -> None:
    with small_house.database.transaction() as session:
        case, by = case_to_change(session, ref), small_house.actors["contact"]
        set_protection(session, case, True, "Ringde om hotet", by=by, at=MONDAY)
    assert reasons(small_house, "55 66 77") == [(FoundIn.PHONE, "")]
    with small_house.database.reading() as session:
        cases = list_cases(session, Filters(q="hål"), small_house.actors["officer"], now=MONDAY).items
        assert len(cases) == 1
        assert hit_reasons(session, cases, "55 66 77 öberg", small_house.actors["officer"]) == {}
        cases = list_cases(session, Filters(q="hål"), small_house.actors["member"], now=MONDAY).items
        assert hit_reasons(session, cases, "hotet öberg gnejs", small_house.actors["member"]) == {}


def test_an_excerpt_tells_nobody_what_they_may_not_read(small_house: SmallHouse, ref: str) -> None:
    assert reasons(small_house, "gnejs") == [(FoundIn.NOTE, "Vi nämner [gnejs]")]
    assert reasons(small_house, "montör", "member") == [(FoundIn.NOTE, "[Montören] kommer på torsdag")]
    with small_house.database.transaction() as session:
        case, by = case_to_change(session, ref), small_house.actors["contact"]
        correct(session, case, Correction(published=True), by=by, at=MONDAY)
    for who in ("member", "neighbour", "representative"):
        actor = small_house.actors[who]
        with small_house.database.reading() as session:
            cases = list_cases(session, Filters(q="hål"), actor, now=MONDAY).items
            assert [case.ref for case in cases] == [ref]
            assert hit_reasons(session, cases, "gnejs", actor) == {}, who
            for word in ("montör", "öberg", "55 66 77"):
                assert who == "member" or hit_reasons(session, cases, word, actor) == {}, (who, word)


def test_many_reasons_are_two(small_house: SmallHouse, ref: str) -> None:
    assert [one for one, _ in reasons(small_house, "lyktstolpe ekbacke montör öberg")] == [
        FoundIn.DESCRIPTION,
        FoundIn.NOTE,
    ]
