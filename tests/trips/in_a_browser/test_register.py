"""The register of a topic in a real browser: lines that hold together, and a table that can be read on paper."""

from dataclasses import replace

import pytest
from support.registers.register_acts import GIVEN, SENT, RegisterActs

from cases.organisation.places import Place

PAPER = {"width": 718, "height": 1000}  # A4 within margins, in CSS pixels: narrower than where tables become cards
WIDTHS = "cells => cells.map(cell => cell.getBoundingClientRect().width)"
STYLE = "(one, name) => getComputedStyle(one)[name]"


@pytest.fixture
def register(town):
    """A register of a few cases, all sent on, of which nothing has been heard; with a map."""
    acts = RegisterActs(town.house)
    with town.database.transaction() as session:
        session.add(Place(slug="almvinda", name="Almvinda"))  # one that the demonstration has an outline of
    for number in range(4):
        acts.enter(acts.hand_in(f"Hål {number} i vägen"), replace(GIVEN, forwarded_on=SENT))


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/amne/trafik", "/amne/trafik/utskrift"])
def test_on_paper_it_is_a_table_with_room_for_the_answer_and_without_a_map(register, browser, address, path):
    context = browser.new_context(viewport=PAPER, locale="sv-SE")
    page = context.new_page()
    page.goto(f"{address}{path}")
    assert page.locator(".register-map").is_visible() == (path == "/amne/trafik")
    page.emulate_media(media="print")
    case, state, decides, keeper, answer = page.locator(".register thead th").evaluate_all(WIDTHS)
    assert case > answer > state > decides == keeper > 80
    assert page.locator(".register thead").evaluate(STYLE, "display") == "table-header-group"
    row = page.locator(".register tbody tr").first
    assert row.evaluate(STYLE, "breakInside") == "avoid"
    assert row.locator("td").last.evaluate(STYLE, "hyphens") == "auto"
    assert not page.locator(".register-map").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    context.close()


@pytest.mark.browser
def test_a_day_and_what_follows_it_stand_on_one_line(register, browser, address):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="sv-SE")
    page = context.new_page()
    page.goto(f"{address}/amne/trafik")
    said = page.locator(".register td .under", has_text="inget svar än").first
    assert said.evaluate(STYLE, "display") == "block"
    day = said.locator("time").evaluate("one => [...one.getClientRects()].at(-1).bottom")
    comma = said.evaluate("""one => {
      const range = document.createRange(), text = one.querySelector("time").nextSibling;
      range.setStart(text, 0);
      range.setEnd(text, 1);
      return [text.data[0], range.getBoundingClientRect().bottom];
    }""")
    assert comma == [",", day]
    context.close()
