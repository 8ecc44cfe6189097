"""Pictures that came together are one line of the history, and each is shown small and opens where it is."""

import io
import re

import pytest
from support.files_to_send import a_jpeg, an_active_pdf
from support.houses.small_pages import visitor, words

from cases.states import State


def attached(web, *names):
    ref = web.house.reach(State.ASSIGNED, group="norrby")
    page = f"/arende/{web.house.case(ref).public_id}"
    files = [(io.BytesIO(an_active_pdf() if name.endswith("pdf") else a_jpeg()), name) for name in names]
    assert visitor(web).send(f"{page}/filer", files=files).status_code == 303
    return ref, page


@pytest.mark.parametrize("who", [None, "member", "officer"])
def test_three_pictures_are_one_line_with_the_pictures(sqlite_web, who):
    ref, page = attached(sqlite_web, "ett.jpg", "två.jpg", "tre.jpg")
    browser = visitor(sqlite_web, who)
    shown = browser.get(f"/arenden/{ref}" if who else page).text
    assert words(shown).count("Tre bilder bifogades") == 1
    assert "En fil bifogades" not in shown
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)" loading="lazy"', shown)
    assert [name for _, name in pictures] == ["ett.jpg", "två.jpg", "tre.jpg"]
    for address, _ in pictures:
        answer = browser.get(address)
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")


def test_a_document_has_no_picture_and_another_sending_its_own_line(sqlite_web):
    _, page = attached(sqlite_web, "ett.jpg", "karta.pdf")
    assert visitor(sqlite_web).send(f"{page}/filer", files=[(io.BytesIO(a_jpeg()), "sen.jpg")]).status_code == 303
    shown = visitor(sqlite_web).get(page).text
    assert words(shown).count("Två filer bifogades") == 1
    assert words(shown).count("En bild bifogades") == 1
    assert re.findall(r'<img src="[^"]+" alt="([^"]+)"', shown) == ["sen.jpg", "ett.jpg"]
