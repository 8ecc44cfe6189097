"""A name in a file stands for one thing of the house, and names that differ stand for different things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.administration.reorganising import LONGEST_SLUG, SLUG
from cases.imports.names import NamesInFile, slug_of


def _names(existing: dict[str, str] | None = None, others: dict[str, str] | None = None) -> NamesInFile:
    return NamesInFile({"place": existing or {}}, {"place": others or {}}, creates={"place": "yes"})


def _slugs(names: NamesInFile, *texts: str) -> list[str | None]:
    return [names.slug("place", text, text) for text in texts]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Illegal Dumping Pickup", "illegal-dumping-pickup"), ("Väg & gata", "vag-gata"), ("Ærø", "aero"),
        ("Łódź", "lodz"), ("Москва", "moskva"), ("Щёлково", "sjtjelkovo"), ("Þingvellir", "thingvellir"),
        ("Straße", "strasse"), ("Đakovo", "dakovo"), ("Iğd\u0131r", "igdir"),
        ("Αθήνα", "athina"), ("Œuvre", "oeuvre"),
        ("A\u030aby", "aby"), ("北京", ""),
    ],
)  # fmt: skip
def test_a_slug_has_the_letters_of_the_name(name: str, slug: str) -> None:
    assert slug_of(name) == slug


def test_names_that_differ_by_a_letter_are_two() -> None:
    names = _names()
    assert _slugs(names, "Åby", "Aby", "Åby", "åby", "A\u030aby", "Aby ") == [
        "aby",
        "aby-2",
        "aby",
        "aby",
        "aby",
        "aby-2",
    ]
    assert names.new == {"place": {"aby": "Åby", "aby-2": "Aby"}}


def test_a_sharp_s_is_no_double_one() -> None:
    slugs = _slugs(_names(), "Straße", "Strasse", "STRASSE", "straße")
    assert slugs == ["strasse", "strasse-2", "strasse-2", "strasse"]
    assert _slugs(_names({"strasse": "Straße"}), "Strasse") == ["strasse-2"]


def test_names_of_the_house_are_found_by_slug_and_by_name() -> None:
    names = _names({"aby": "Åby", "norr": "Norra bygden", "vag-gata": "Väg & gata"})
    assert _slugs(names, "aby", "Åby", "ÅBY", "norr", "Norr", "norra bygden", "VÄG  &  GATA", "Vag-gata") == [
        "aby", "aby", "aby", "norr", "norr", "norr", "vag-gata", "vag-gata-2",
    ]  # fmt: skip
    assert _slugs(names, "Aby") == ["aby-2"]


def test_the_same_names_are_found_again_once_they_are_created() -> None:
    first = _names()
    texts = ["Åby", "Aby", "北京", "東京", "Ærø"]
    slugs = _slugs(first, *texts)
    assert slugs == ["aby", "aby-2", "place", "place-2", "aero"]
    again = _names(first.new["place"])
    assert _slugs(again, *texts) == slugs
    assert again.new["place"] == {}


def test_a_name_that_a_mapping_gives_is_found_again() -> None:
    first = _names()
    assert first.slug("place", "Aby", "Åby") == "aby"
    again = _names(first.new["place"])
    assert again.slug("place", "Aby", "Åby") == "aby"


def test_what_is_switched_off_is_neither_found_nor_created_anew() -> None:
    names = _names({}, {"aby": "Åby"})
    assert _slugs(names, "Åby", "aby", "Aby") == [None, None, "aby-2"]


def test_what_has_no_letter_is_no_name() -> None:
    assert _slugs(_names(), "-", "?!", "") == [None, None, None]


def test_long_names_with_the_same_beginning_are_two() -> None:
    slugs = _slugs(_names(), "å" * 100, "å" * 101)
    assert len(set(slugs)) == 2
    assert all(slug and len(slug) <= LONGEST_SLUG for slug in slugs)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_every_name_gets_a_good_slug(texts: list[str]) -> None:
    names = _names()
    slugs = _slugs(names, *texts)
    assert all(slug is None or SLUG.fullmatch(slug) for slug in slugs)
    assert _slugs(names, *texts) == slugs
