"""Lists and searches in a real browser, whose parts htmx brings."""

import re

import pytest
from support.houses.small_house import MONDAY
from support.screen import Screen

from cases.case import case_to_change
from cases.correcting import Correction, correct

INDENTS = """cells => cells.map(cell => {
  cell.append(document.createElement("span"));
  cell.lastChild.textContent = "flera ord ".repeat(9);
  const range = document.createRange();
  range.selectNodeContents(cell);
  const left = Math.min(...[...range.getClientRects()].filter(box => box.width > 2).map(box => box.left));
  return left < cell.getBoundingClientRect().left + 100;
})"""  # whether anything in a cell begins below its label, with many more words in it
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
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("path", ["/", "/statistik", "/lamna"])
def test_the_menu_of_a_telephone_opens_over_the_page_and_moves_nothing(browser, address, path, scripts):
    with browser.new_context(locale="sv-SE", viewport=PHONE, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(address + path)
        places = [page.locator(one).bounding_box() for one in ("main h1", ".mark", "summary:has-text('Meny')")]
        page.get_by_text("Meny", exact=True).click()
        assert [
            page.locator(one).bounding_box() for one in ("main h1", ".mark", "summary:has-text('Meny')")
        ] == places  # fmt: skip
        page.locator(".menu-fold").get_by_role("link", name="Sök").click()  # it is not beneath anything
        page.wait_for_url("**/sok")


@pytest.mark.browser
def test_a_search_after_the_log_in_has_ended_opens_the_log_in_page(screen, published):
    screen.be("Contact")
    screen.open("/arenden")
    screen.context.clear_cookies()
    asked = []
    screen.page.on("requestfinished", lambda request: asked.append(request.url) if "q=H" in request.url else None)
    screen.page.get_by_label("Ord, nummer, namn eller telefon").fill("Hål")
    screen.page.keyboard.press("Enter")
    screen.page.wait_for_url(re.compile(r"/logga-in\?next=/arenden"))
    assert len([url for url in asked if "/logga-in" not in url]) == 1
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


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_telephone_the_header_is_low_and_its_menu_opens_without_a_script(browser, address, town, scripts):
    screen = Screen(browser, address, viewport=PHONE, java_script_enabled=scripts)
    screen.open("/logga-in")
    screen.page.get_by_role("button", name="Contact ").first.click()
    screen.page.wait_for_url(re.compile("/skrivbord"))
    header = screen.page.locator("header.top")
    assert header.bounding_box()["height"] < 60
    assert not screen.page.get_by_role("link", name="Alla ärenden", exact=True).is_visible()
    screen.page.get_by_text("Meny", exact=True).click()
    assert screen.page.get_by_role("button", name="Logga ut", exact=True).is_visible()
    screen.page.get_by_role("link", name="Alla ärenden", exact=True).click()
    screen.page.get_by_role("heading", name="Alla ärenden", level=1).wait_for()
    screen.close()


@pytest.mark.browser
def test_on_a_desk_the_header_is_one_row_and_the_list_with_one_column_more_fits(screen, town):
    town.house.hand_in("Övergångsstället vid affären i Almvinda syns inte längre", place="norrby", category="trafik")
    screen.be("Contact")
    screen.open("/arenden?" + "&".join(f"col={name}" for name in (
        "ref", "title", "state", "category", "place", "responsible", "due", "acted", "ended")))  # fmt: skip
    assert screen.page.locator("header.top").bounding_box()["height"] < 70
    assert screen.page.locator(".scrolls").evaluate("box => box.scrollWidth <= box.clientWidth")
    assert screen.page.get_by_role("columnheader", name="Avslutat", exact=True).count() == 1


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390])
def test_on_a_telephone_all_piles_of_the_desk_are_in_sight_and_no_value_is_below_its_label(
    browser, address, town, width
):
    screen = Screen(browser, address, viewport={"width": width, "height": 844})
    screen.open("/logga-in")
    screen.page.get_by_role("button", name="Contact ").first.click()
    piles = screen.page.locator(".desk .sections a")
    piles.first.wait_for()
    ends = piles.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert len(ends) == 14 and max(ends) <= width
    screen.open("/bygderna")
    cells = screen.page.locator(".queue td[data-label]")
    assert cells.count() and not any(cells.evaluate_all(INDENTS))
    screen.close()


@pytest.mark.browser
def test_a_day_that_is_not_understood_is_refused_where_it_is_typed(screen, town):
    town.house.hand_in("Hål i vägen")
    screen.be("Contact")
    screen.open("/arenden")
    screen.page.get_by_text("Fler filter och kolumner").click()
    screen.page.get_by_label("Inkommet från").fill("32 maj")
    screen.page.keyboard.press("Enter")
    screen.says("Ingen lista visas")
    assert screen.page.get_by_label("Inkommet från").input_value() == "32 maj"
    screen.page.wait_for_function("document.activeElement.matches('.ds-error-summary')")
    screen.page.get_by_label("Inkommet från").fill("1 januari 2026")
    screen.page.get_by_role("button", name="Visa", exact=True).click()
    screen.page.get_by_role("link", name="Hål i vägen").wait_for()
    assert screen.page.locator(".ds-validation-message").count() == 0


@pytest.mark.browser
def test_the_agenda_is_printed_by_its_button_and_its_banner_is_a_line(screen, town):
    screen.be("Contact")
    screen.open("/forum/1")
    screen.page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
    screen.page.get_by_role("button", name="Skriv ut").click()
    assert screen.page.evaluate("document.body.dataset.printed") == "yes"
    screen.page.emulate_media(media="print")
    assert screen.page.locator(".strip:not(.no-paper)").bounding_box()["height"] < 20
