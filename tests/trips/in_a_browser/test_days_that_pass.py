"""A newcomer lets weeks pass in the demonstration, in a real browser, and sees what happens when nobody acts."""

from datetime import UTC, datetime, timedelta

import pytest
from support.screen import Screen

from cases.states import State
from workers.processes.embedded import Embedded


@pytest.fixture
def running_town(town):
    """The demonstration with relay, clock and workers, as `ventil up --demo` runs it."""
    embedded = Embedded(town.database, town.settings)
    embedded.start()
    yield town
    embedded.stop()


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["with_javascript", "without"])
def test_the_ladder_climbs_and_a_letter_comes_week_by_week(running_town, browser, address, scripts):
    ref = running_town.house.reach(State.ASSIGNED, title="Lampan vid skolan är släckt", at=datetime.now(UTC))
    screen = Screen(browser, address, java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    screen.be("Contact")
    screen.open(f"/arenden/{ref}")
    today = running_town.database.calendar.day_of(datetime.now(UTC))
    for week in (1, 2, 3):
        screen.page.get_by_role("button", name="En vecka fram").click()
        screen.says("En vecka har gått.")
        screen.has_its_focus_in("En vecka har gått.")
        assert screen.page.url == f"{address}/arenden/{ref}"
        day = today + timedelta(weeks=week)
        assert f" {day.day} " in screen.page.locator(".day-moves").inner_text()
    screen.says("Påminnelse")
    assert screen.page.locator("main").get_by_text("dagar sent").count() >= 1
    screen.open("/brevlada")
    for _ in range(50):
        if screen.page.get_by_role("link", name="Lampan vid skolan är släckt").count():
            break
        screen.page.wait_for_timeout(200)
        screen.page.reload()
    screen.page.get_by_role("link", name="Lampan vid skolan är släckt").first.click()
    screen.says("Lampan vid skolan är släckt")
    screen.close()


@pytest.mark.browser
def test_the_strip_is_reached_by_keyboard_and_not_printed(town, browser, address):
    screen = Screen(browser, address, viewport={"width": 390, "height": 844})
    screen.open("/")
    for _ in range(3):  # past the way to the content, to the second button
        screen.page.keyboard.press("Tab")
    screen.page.keyboard.press("Enter")
    screen.says("En vecka har gått.")
    buttons = [screen.page.get_by_role("button", name=name) for name in ("En dag fram", "En vecka fram")]
    boxes = [button.bounding_box() for button in buttons]
    assert all(box["height"] >= 24 and box["x"] + box["width"] <= 390 for box in boxes)
    screen.page.emulate_media(media="print")
    assert not any(button.is_visible() for button in buttons)
    screen.close()
