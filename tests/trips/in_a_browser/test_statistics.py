"""The statistics on a telephone: short, with tables that open without a script and are all there on paper."""

import pytest

from cases.organisation.places import Place
from cases.states import State

TELEPHONE = {"width": 390, "height": 844}
LONGEST = 4000  # pixels
PLACES = 12


@pytest.fixture
def large_town(town):
    """A municipality whose tables alone are longer than the page may be."""
    with town.database.transaction() as session:
        session.add_all(Place(slug=f"by{number}", name=f"By {number}") for number in range(PLACES))
    for number in range(PLACES * 5):
        town.house.reach(State.DONE, place=f"by{number % PLACES}", category="trafik")
    return town


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False])
def test_the_statistics_are_short_and_whole_on_paper(large_town, browser, address, scripts):
    context = browser.new_context(viewport=TELEPHONE, java_script_enabled=scripts, locale="sv-SE")
    page = context.new_page()
    page.goto(f"{address}/statistik")
    assert page.locator("body").bounding_box()["height"] <= LONGEST
    tables = page.locator("table.figures")
    assert tables.count() == 5 and not any(table.is_visible() for table in tables.all())
    page.locator("summary", has_text="Per ort").click()
    assert tables.first.is_visible()
    page.emulate_media(media="print")
    assert all(table.is_visible() for table in tables.all())
    context.close()
