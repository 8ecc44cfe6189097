"""One search, for visitors and staff, on both databases: forms, spellings, words in several texts, and who asked."""

import unicodedata

import pytest
from sqlalchemy import func, select
from support.houses.small_house import MONDAY, SmallHouse

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct, erase_words
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.organisation.places import Place
from cases.progress import WaitingFor
from cases.public.published import count_published, list_published
from cases.public.published_filters import PublicFilters
from cases.reading.lists import Filters, Sort, count_cases, list_cases
from cases.reporters.protecting import set_protection
from cases.states import State

KARIN = Reporter(name="Åsa Öberg", email="asa.oberg@example.se", phone="+46 (0)000-20 00 00")


def found(house: SmallHouse, wanted: str, who: str = "contact", **more: object) -> list[str]:
    """Return what is listed, page by page; the count beside it is the same."""
    refs, cursor = list[str](), ""
    with house.database.reading() as session:
        while cursor is not None:
            filters = Filters(q=wanted, **{"limit": 2, **more, "cursor": cursor or None})
            page = list_cases(session, filters, house.actors[who], now=MONDAY)
            refs, cursor = refs + [case.ref for case in page.items], page.next
        assert count_cases(session, filters, house.actors[who], now=MONDAY) == len(refs) == len(set(refs))
    return refs


def found_published(house: SmallHouse, wanted: str) -> list[str]:
    refs, after = list[str](), None
    with house.database.reading() as session:
        while after != "":
            filters = PublicFilters(words=wanted)
            cases, after = list_published(session, filters, after=after or "", limit=2)
            refs += [case.ref for case in cases]
        assert count_published(session, filters) == len(refs) == len(set(refs))
    return refs


def publish(house: SmallHouse, *refs: str) -> None:
    with house.database.transaction() as session:
        for ref in refs:
            case, by = case_to_change(session, ref), house.actors["contact"]
            correct(session, case, Correction(published=True), by=by, at=MONDAY)


def call_place(house: SmallHouse, slug: str, name: str) -> None:
    with house.database.transaction() as session:
        place = session.scalars(select(Place).where(Place.slug == slug)).one()
        place.name = name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Trasig gatlampa", "gatlampor"),
        ("Trasig gatlampa", "gatlamporna"),
        ("Hål i en väg", "vägar"),
        ("Hål i en väg", "vägarna"),
        ("Bänkar saknas", "bänken"),
        ("Trasig gatlampa", "lampa"),
        ("Trasig gatlampa", "gatl"),
        ("GATLAMPA", "gatlampan"),
        ("Årets ÄLG", "älgen"),
        (unicodedata.normalize("NFD", "Hål i vägen vid ån"), "vägen"),
        ("Hål i vägen", unicodedata.normalize("NFD", "vägen")),
        ("Hål i vägen", "vagen"),
        ("Hål i vägen", "hal i vag"),
        ("Hål i vägen", "det är ett hål på vägen"),
        ("Trasig lampa", "LAMPOR, trasiga!"),
        ("Idé om kafé", "kafe"),
        ("Kafe vid bron", "kafé"),
    ],
)
def test_visitors_and_staff_find_a_text_by_what_they_type(small_house: SmallHouse, text: str, wanted: str) -> None:
    titled = small_house.hand_in(text)
    described = small_house.hand_in("Hej", description=text)
    other = small_house.hand_in("Något annat", description="Helt annat")
    publish(small_house, titled, described, other)
    assert found_published(small_house, wanted) == found(small_house, wanted)
    assert set(found(small_house, wanted)) == {titled, described}


def test_what_is_spelled_so_comes_first_and_places_stay_apart(small_house: SmallHouse) -> None:
    call_place(small_house, "norrby", "Åby")
    call_place(small_house, "soderby", "Aby")
    ringed, plain = (small_house.hand_in("Hål", place=slug) for slug in ("norrby", "soderby"))
    in_text = small_house.hand_in("Bänken i Åby")
    publish(small_house, ringed, plain, in_text)
    for one_search in (found, found_published):
        assert one_search(small_house, "Aby") == [plain, in_text, ringed]
        assert one_search(small_house, "åby") == [in_text, ringed]
        assert one_search(small_house, "ÅBY hål") == [ringed]


def test_the_words_may_stand_in_different_texts_of_a_case(small_house: SmallHouse) -> None:
    call_place(small_house, "norrby", "Rönnvinda")
    ref = small_house.hand_in("Trasig lampa", description="Vid skolan", place="norrby", category="trafik")
    small_house.hand_in("Trasig lampa", place="soderby")
    publish(small_house, ref)
    small_house.comment(ref, "Montören kommer", by="contact")
    for wanted in ("lampa Rönnvinda", "rönnvinda lampor", "skola lampa", "trafik lampa", "lampa ronnvinda skolan"):
        assert found(small_house, wanted) == found_published(small_house, wanted) == [ref], wanted
    assert found(small_house, "montör lampa rönnvinda") == [ref]
    assert found(small_house, "lampa finnsej") == found_published(small_house, "lampa finnsej") == []


def test_topics_units_and_groups_are_found(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED, title="Hål", category="trafik", group="norrby")
    small_house.hand_in("Annat")
    publish(small_house, ref)
    for wanted in ("trafik", "trafiken", "gata", "gatan"):
        assert found(small_house, wanted) == found_published(small_house, wanted) == [ref], wanted
    assert found(small_house, "norrby") == found(small_house, "norrby", "member") == [ref]
    assert found_published(small_house, "norrby") == []  # a group is told to nobody outside


def test_a_number_is_found_with_and_without_zeros_and_by_its_part(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in(f"Fråga {'abcdefghijklmn'[n]}") for n in range(14)]
    publish(small_house, refs[0], refs[11])
    twelfth = refs[11]
    for wanted in ("2026-12", "2026-0012", "2026-012", "12", "0012", f" {twelfth} "):
        assert found(small_house, wanted)[0] == found_published(small_house, wanted)[0] == twelfth, wanted
    assert found(small_house, "2026-001") == [refs[0], *reversed(refs[9:])]
    assert found_published(small_house, "2026-001") == [refs[0], twelfth]
    assert found(small_house, "2026-99") == []


@pytest.mark.parametrize(
    "wanted",
    [
        "20 00 00", "200000", "20-00 00",
        "0000-20 00 00", "0000200000", "+46 000-20 00 00", "0046 000 20 00 00", "+46(0)000200000", "000-0200000",
        "åsa öberg", "asa oberg", "Öberg", "asa.oberg@example.se", "ASA.OBERG@EXAMPLE.SE", "oberg@example",
        "hål öberg", "Öberg 0000-20 00 00 hål",
    ],
)  # fmt: skip
def test_staff_find_by_who_asked_and_nobody_else_does(small_house: SmallHouse, wanted: str) -> None:
    ref = small_house.reach(State.ASSIGNED, title="Hål", reporter=KARIN, group="norrby")
    small_house.hand_in("Hål", reporter=Reporter("Rut", "rut@example.se", "0000-99 99 99"), by="contact")
    publish(small_house, ref)
    for who in ("contact", "officer", "water_officer", "admin"):
        assert found(small_house, wanted, who) == [ref], who
    for who in ("member", "neighbour", "representative"):
        assert found(small_house, wanted, who) == [], who
    assert found_published(small_house, wanted) == []


def test_only_the_desk_finds_by_somebody_whose_identity_is_protected(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED, title="Hål", reporter=KARIN)
    with small_house.database.transaction() as session:
        case, by = case_to_change(session, ref), small_house.actors["contact"]
        set_protection(session, case, True, "Ringde", by=by, at=MONDAY)
    for wanted in ("Öberg", "0000-20 00 00", "asa.oberg@example.se", "hål oberg"):
        assert found(small_house, wanted) == [ref]
        assert found(small_house, wanted, "officer") == found(small_house, wanted, "admin") == []


def test_a_search_finds_nothing_that_the_seeker_may_not_read(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED, title="Ring 070-123 45 67 om vägen", group="soderby")
    small_house.comment(ref, "Vi nämner gnejs", Visibility.INTERNAL, by="contact")
    small_house.comment(ref, "Vi nämner porfyr", Visibility.PARTICIPANTS, by="contact")
    publish(small_house, ref)
    assert found(small_house, "gnejs vägen") == [ref]
    for who, wanted in (("neighbour", "gnejs"), ("neighbour", "vägen gnejs"), ("member", "porfyr"),
                        ("member", "vägen soderby"), ("member", "0701234567"), ("member", "123")):  # fmt: skip
        assert found(small_house, wanted, who) == [], (who, wanted)
    assert found(small_house, "porfyr vägar", "neighbour") == found(small_house, "vagar", "member") == [ref]
    for wanted in ("porfyr", "gnejs", "soderby", "123", "0701234567"):
        assert found_published(small_house, wanted) == [], wanted


def test_the_forum_finds_what_is_on_its_agenda_by_masked_words_place_and_number(small_house: SmallHouse) -> None:
    refs = [small_house.reach(State.ASSIGNED, title="Hål, ring 070-123 45 67", place="norrby") for _ in range(2)]
    for ref in refs:
        asked = WaitingFor("unit", unit="forum")
        small_house.change(ref, State.WAITING, waiting_for=asked, note="Vad tycker ni?")
    publish(small_house, refs[0])
    for wanted in ("hål", "hal", "hål norrby", "gata", "tycka hål"):
        wide = found(small_house, wanted, "representative")
        assert sorted(wide)[-1:] == refs[1:], wanted
    assert found(small_house, refs[1][5:].lstrip("0"), "representative") == [refs[1]]
    assert found(small_house, "123", "representative") == found(small_house, "rut", "representative") == []


def test_what_is_erased_is_found_no_more(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("Granit", description="Skiffer i skogen", reporter=KARIN, by="contact")
    publish(small_house, ref)
    assert found(small_house, "skiffer") == found_published(small_house, "granit") == [ref]
    with small_house.database.transaction() as session:
        case, by = case_to_change(session, ref), small_house.actors["contact"]
        erase_words(session, case, "Begäran", list(range(1, 20)), reporter=True, by=by, at=MONDAY)
    for wanted in ("granit", "skiffer", "skogar", "ranit", "Öberg", "0000-20 00 00", "oberg@example"):
        assert found(small_house, wanted) == found_published(small_house, wanted) == [], wanted


def test_a_search_is_sorted_and_counted_in_every_order(small_house: SmallHouse) -> None:
    refs = [small_house.hand_in("Vagen" if n % 2 else "Vägen") for n in range(7)]
    spelled, like_it = refs[1::2], refs[::2]
    for sort in Sort:
        shown = found(small_house, "vagen", sort=sort)
        assert sorted(shown[:3]) == spelled, sort
        assert sorted(shown[3:]) == like_it, sort
    assert found(small_house, "vagen", states=(State.PARKED,)) == []


@pytest.mark.parametrize(
    "wanted", ["'", '"', "%", "_", "\\", "&|!():*<->", "a" * 3000, "och " * 40, "@", "-", "0-0 0", "😀"]
)
def test_a_search_takes_whatever_is_typed(small_house: SmallHouse, wanted: str) -> None:
    publish(small_house, small_house.hand_in("Hål och väg"))
    found_published(small_house, wanted)
    for who in ("contact", "member", "representative"):
        found(small_house, wanted, who)


def test_at_most_twenty_words_count(small_house: SmallHouse) -> None:
    ref = small_house.hand_in("sten " * 3)
    assert found(small_house, "sten " * 20 + "finnsej") == [ref]
    with small_house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
