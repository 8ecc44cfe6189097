"""The search that finds nothing says what can be searched for, and suggests near words that everybody may read."""

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor

from cases.case import case_to_change
from cases.correcting import Correction, correct


@pytest.fixture
def published(web):
    """A published case, and one that is not."""
    house = web.house
    ref = house.hand_in("Återvinningsstationen vid Norrby är full", place="norrby")
    house.hand_in("Hemlighetsmakeriet i kommunen")
    with web.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(published=True),
                by=house.actors["contact"], at=MONDAY)  # fmt: skip
    return ref


@pytest.mark.parametrize("who", [None, "member", "contact"])
def test_a_misspelled_word_leads_to_near_ones_that_are_found(web, published, who):
    client = visitor(web, who)
    page = client.get("/sok?q=återvining").text
    assert 'href="/sok?q=%C3%A5tervinningsstationen"' in page
    assert "1 ärende" in client.read("/sok?q=återvinningsstationen")
    assert "Menade du återvinningsstationen är full" in client.read("/sok?q=återvining är full")


@pytest.mark.parametrize("who", [None, "member", "contact"])
def test_no_word_of_what_is_not_published_is_suggested(web, published, who):
    page = visitor(web, who).get("/sok?q=hemlighetsmakerier").text
    assert "Menade du" not in page or "hemlighetsmakeriet<" not in page.lower()


def test_what_can_be_searched_for_is_said(web, published):
    assert "Du kan söka på ord ur rubriken eller texten, ärendenummer, ort och ämne." in visitor(web).read(
        "/sok?q=xyzw"
    )
    assert "på namn, telefonnummer eller adress" in visitor(web, "contact").read("/sok?q=xyzw")
    assert "Ord, ärendenummer, namn eller telefonnummer" in visitor(web, "contact").read("/sok")


def test_a_row_says_in_a_sentence_when_it_came_in(web, published):
    assert "Kom in 2 mars 2026" in visitor(web).read("/sok?q=norrby")
    assert "received 2 March 2026" in visitor(web).read("/?lang=en")
    assert "Inkomna 2 mars" not in visitor(web).read("/")


def test_a_number_that_is_not_published_is_answered_alike_whether_it_exists_or_not(sqlite_web):
    ref = sqlite_web.house.hand_in()
    hidden, never = (visitor(sqlite_web).read(f"/sok?q={one}").replace(one, "") for one in (ref, "2020-9999"))
    assert "finns inte, eller är inte publicerat. Är det ditt?" in hidden
    assert hidden == never


@pytest.mark.parametrize("path", ["/sok?q=lyktstolpar", "/arenden?q=lyktstolpar"])
def test_a_hit_says_where_the_word_was_found(web, path):
    web.house.hand_in("Mörkt", description="Lyktstolpen <b>lutar</b>")
    page = visitor(web, "contact").get(path).text
    assert "I beskrivningen: <mark>Lyktstolpen</mark> &lt;b&gt;lutar" in page
    assert "In the description:" in visitor(web, "contact").get(f"{path}&lang=en").text


def test_visitors_are_shown_the_masked_words_around_it(web):
    ref = web.house.hand_in("Mörkt", description="Lyktstolpen lutar, ring 070-123 45 67")
    with web.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(published=True),
                by=web.house.actors["contact"], at=MONDAY)  # fmt: skip
    for who in (None, "neighbour"):
        page = visitor(web, who).get("/sok?q=lyktstolpe").text
        assert ref in page and "070" not in page
    page = visitor(web).get("/sok?q=lyktstolpe").text
    assert "I beskrivningen: <mark>Lyktstolpen</mark> lutar, ring" in page
    assert "<mark>" not in visitor(web).get("/sok?q=mörkt").text
