"""Preparing an agenda in a real browser: many rows are ticked at once, and the bar at the foot hides nothing."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.houses.small_house import CALENDAR
from support.meetings.meeting_acts import MeetingActs
from support.screen import Screen

pytestmark = pytest.mark.browser
SIZES = ({"width": 1280, "height": 800}, {"width": 390, "height": 844})
HIDDEN = """() => {
  const bar = document.querySelector(".agenda-bar"), focused = document.activeElement;
  if (bar.contains(focused) || !bar.parentElement.contains(focused)) return false;
  const [one, other] = [focused.getBoundingClientRect(), bar.getBoundingClientRect()];
  return one.bottom > other.top + 1 && one.top < other.bottom;
}"""


@pytest.fixture
def open_form(browser: object, address: str, town) -> Iterator[Callable[..., Screen]]:
    """`open_form(java_script_enabled=...)`: the form of an agenda for which twelve questions are proposed."""
    meetings, now, opened = MeetingActs(town.house), datetime.now(UTC), list[Screen]()
    number = meetings.call(CALENDAR.day_of(now) + timedelta(days=30), "Nästa forum", at=now)
    for n in range(12):
        meetings.waiting(f"Fråga {n}")

    def one(**how: object) -> Screen:
        opened.append(Screen(browser, address, **{"viewport": SIZES[0], **how}))
        opened[-1].be("Contact")
        opened[-1].open(f"/forum/{number}/dagordning")
        return opened[-1]

    yield one
    for screen in opened:
        screen.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_all_or_none_are_ticked_at_once_and_what_was_typed_is_kept(open_form, scripts):
    desk = open_form(java_script_enabled=scripts)
    desk.page.locator("#topic").fill("Budget")
    for button, count in (("Markera inga", 0), ("Markera alla", 12), ("Markera inga", 0)):
        desk.page.get_by_role("button", name=button).click()
        desk.says(f"{count} av 12 tas upp")
        assert desk.page.locator("[data-takes-up]:checked").count() == count
    desk.page.locator("[data-takes-up]").nth(3).check()
    assert ("1 av 12 tas upp" in desk.page.locator(".agenda-bar").inner_text()) is scripts
    assert desk.page.locator("#topic").input_value() == "Budget"
    desk.page.get_by_role("button", name="Spara och granska").click()
    desk.says("Skicka dagordningen till")
    assert desk.page.locator(".agenda h2").all_inner_texts() == ["Fråga 3", "Budget"]
    desk.page.get_by_role("button", name=re.compile("^Skicka dagordningen till")).click()
    desk.says("Dagordningen är skickad.")


@pytest.mark.parametrize("size", SIZES, ids=["wide", "telephone"])
def test_the_bar_stays_in_sight_and_never_hides_what_has_the_focus(open_form, size):
    desk = open_form(viewport=size)
    bar = desk.page.locator(".agenda-bar")
    desk.page.get_by_role("button", name="Markera alla").focus()
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        assert not desk.page.evaluate(HIDDEN), desk.page.evaluate("document.activeElement.outerHTML")
        box = bar.bounding_box()
        assert box["y"] + box["height"] <= size["height"] + 1


def test_a_row_is_moved_by_the_keyboard_and_stays_open_to_be_moved_on(open_form):
    desk = open_form(java_script_enabled=False)
    row = desk.page.locator(".agenda-row", has_text="Fråga 5").first
    row.locator("summary").focus()
    desk.page.keyboard.press("Enter")
    for place in (4, 3):
        up = desk.page.locator(".agenda-row", has_text="Fråga 5").get_by_role("button", name="Upp")
        up.focus()
        desk.page.keyboard.press("Enter")
        desk.page.wait_for_url(f"**rad=row-{place}#row-{place}")
    assert desk.page.locator(".agenda-row h3").all_inner_texts()[3:6] == ["Fråga 5", "Fråga 3", "Fråga 4"]
