"""A long list without JavaScript: each page says which rows it has, and leads back to the beginning."""

import importlib
import re
from html import unescape

import pytest
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct

MORE = re.compile(r'href="([^"]+)" hx-get=')
COUNT = re.compile(r"(\d+–\d+ av )?\d+ ärenden")
BEGINNING = re.compile(r'href="([^"]+)">Till början av listan')


def titles(page):
    """The titles of the cases on a page."""
    return set(re.findall(r"Hål \d+ i vägen", page))


@pytest.fixture
def many(sqlite_web):
    """27 published cases of one topic."""
    house = sqlite_web.house
    refs = [house.hand_in(f"Hål {number} i vägen", category="trafik") for number in range(27)]
    with sqlite_web.database.transaction() as session:
        for ref in refs:
            correct(session, case_to_change(session, ref), Correction(published=True),
                    by=house.actors["contact"], at=MONDAY)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "path", "said"),
    [
        (None, "/?category=trafik", "11–27 av 27 ärenden."),
        ("member", "/?category=trafik", "11–27 av 27 ärenden."),
        (None, "/sok?q=hål", "26–27 av 27 ärenden."),
        ("contact", "/sok?q=hål", "26–27 av 27 ärenden."),
        ("contact", "/arenden?category=trafik", "26–27 av 27 ärenden."),
        ("contact", "/skrivbord?del=inkommet&category=trafik", "26–27 av 27 ärenden."),
        ("contact", "/enhet/desk?del=oppna", "26–27 av 27 ärenden."),
    ],
)
def test_the_next_page_says_which_rows_it_has_and_leads_back(sqlite_web, many, who, path, said):
    client = visitor(sqlite_web, who)
    beginning = client.get(path).text
    assert "27 ärenden" in words(beginning) and "Till början av listan" not in beginning
    next_page = client.get(unescape(MORE.search(beginning).group(1))).text
    assert said in words(next_page)
    assert not titles(beginning) & titles(next_page)
    back = client.get(unescape(BEGINNING.search(next_page).group(1))).text
    assert titles(back) == titles(beginning) and "Till början av listan" not in back


PREVIOUS = re.compile(r'href="([^"]+)">Föregående sida')


@pytest.mark.parametrize(
    ("who", "path"),
    [(None, "/?category=trafik"), (None, "/sok?q=hål"), ("contact", "/sok?q=hål"), ("contact", "/arenden?sort=due"),
     ("contact", "/skrivbord?del=inkommet&category=trafik"), ("contact", "/enhet/desk?del=oppna")],
)  # fmt: skip
def test_each_page_leads_back_to_the_one_before_it(sqlite_web, many, who, path, monkeypatch):
    for room in ("public.overview", "public.searching", "staff.all_cases", "staff.desk", "staff.units"):
        module = importlib.import_module(f"web.pages.{room}")
        if hasattr(module, "ROWS"):
            monkeypatch.setattr(module, "ROWS", 6)
    client = visitor(sqlite_web, who)
    pages = [client.get(path).text]
    assert not PREVIOUS.findall(pages[0])
    while more := MORE.search(pages[-1]):
        pages.append(client.get(unescape(more.group(1))).text)
    assert len(pages) >= 4
    back = pages[-1]
    for page in reversed(pages[:-1]):
        top, bottom = PREVIOUS.findall(back)
        assert top == bottom
        back = client.get(unescape(top)).text
        assert titles(back) == titles(page)
        assert COUNT.search(words(back)).group() == COUNT.search(words(page)).group()


def test_a_way_back_that_was_changed_by_hand_leads_to_the_beginning(sqlite_web, many):
    client = visitor(sqlite_web, "contact")
    second = unescape(MORE.search(client.get("/arenden").text).group(1))
    page = client.get(f"{second}&bak=x%3D1%26next%3D//evil.example").text
    assert set(PREVIOUS.findall(page)) == {"/arenden"}


def test_a_cursor_that_came_with_another_list_shows_the_beginning_as_the_beginning(sqlite_web, many):
    client = visitor(sqlite_web, "contact")
    more = unescape(MORE.search(client.get("/arenden").text).group(1))
    shown = client.get(f"{more}&sort=due").text
    assert "27 ärenden" in words(shown) and "26–27" not in shown
