"""Lists and searches in a real browser, whose parts htmx brings."""

import re

import pytest
from support.houses.small_house import MONDAY
from support.screen import Screen

from cases.case import case_to_change
from cases.correcting import Correction, correct

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def published(town):
    """Twelve published cases: their references."""
    refs = [town.house.hand_in(f"Hål {number} i vägen", category="trafik") for number in range(12)]
    with town.database.transaction() as session:
        for ref in refs:
            correct(session, case_to_change(session, ref), Correction(published=True),
                    by=town.house.actors["contact"], at=MONDAY)  # fmt: skip
    return refs


@pytest.fixture
def screen(browser, address):
    """A browser window."""
    opened = Screen(browser, address, viewport=DESK)
    yield opened
    opened.close()


@pytest.mark.browser
def test_a_reference_typed_into_the_search_opens_its_case(screen, published):
    screen.open("/sok?q=vägen")
    box = screen.page.get_by_label("Ord eller ärendenummer")
    box.fill(published[3])
    box.press("Enter")
    screen.page.get_by_role("heading", name="Hål 3 i vägen", level=1).wait_for()
    assert screen.page.url.endswith(f"/arenden/{published[3]}")


@pytest.mark.browser
def test_a_search_after_the_log_in_has_ended_opens_the_log_in_page(screen, published):
    screen.be("Contact")
    screen.open("/arenden")
    screen.context.clear_cookies()
    screen.page.get_by_label("Ord, ärendenummer eller vem som frågade").fill("Hål")
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url(re.compile(r"/logga-in\?next=/arenden"))
    screen.page.get_by_role("button", name="Contact ").first.click()
    screen.page.wait_for_url(re.compile(r"/arenden\?.*q=H%C3%A5l"))


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/arenden", "/skrivbord?del=inkommet", "/enhet/desk", "/sok?q=vägen"])
def test_more_rows_come_below_and_the_first_of_them_has_the_focus(screen, town, path):
    for number in range(27):
        town.house.hand_in(f"Hål {number} i vägen")
    screen.be("Contact")
    screen.open(path)
    rows, link = screen.page.locator("#raderna > tr"), screen.page.get_by_role("link", name="Visa fler")
    assert rows.count() == 25
    link.click()
    rows.nth(26).wait_for()
    assert (rows.count(), link.count()) == (27, 0)
    first_new = rows.nth(25).get_by_role("link")
    screen.page.wait_for_function("element => element === document.activeElement", arg=first_new.element_handle())
    assert screen.page.url.endswith(path.replace("ä", "%C3%A4"))


@pytest.mark.browser
def test_the_front_page_goes_on_below_too(screen, published):
    screen.open("/")
    screen.page.get_by_role("link", name="Visa fler").click()
    screen.page.get_by_role("link", name="Hål 0 i vägen").wait_for()
    screen.page.wait_for_function("document.activeElement.textContent === 'Hål 1 i vägen'")
    assert screen.page.locator("#raderna > li").count() == len(published)
