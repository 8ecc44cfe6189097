"""The step form in a real browser: it shows what belongs to a choice, and what it says can be read where one is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from support.screen import Screen

from cases.states import State

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FOCUSED = "() => { const box = document.activeElement.getBoundingClientRect(); return [box.top, box.bottom]; }"


@pytest.fixture
def open_screen(browser: object, address: str) -> Iterator[Callable[..., Screen]]:
    """`open_screen(java_script_enabled=...)`: a telephone's browser window with cookies of its own."""
    opened: list[Screen] = []

    def one(**how: object) -> Screen:
        opened.append(Screen(browser, address, viewport=PHONE, **how))
        return opened[-1]

    yield one
    for screen in opened:
        screen.close()


@pytest.fixture
def path(town):
    """The path of a case that gata is to take on."""
    return f"/arenden/{town.house.reach(State.ASSIGNED, at=datetime.now(UTC))}"


def choose(screen: Screen, step: str) -> None:
    screen.page.get_by_role("radio", name=step, exact=True).check(force=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_only_what_belongs_to_the_choice_is_shown(open_screen, path, scripts):
    desk = open_screen(java_script_enabled=scripts)
    desk.be("Contact")
    desk.open(path)
    choose(desk, "Vänta på någon")
    shown = {}
    for whom in ("reporter", "other", "unit:vatten"):
        desk.page.locator("#waiting_for").select_option(whom)
        shown[whom] = [desk.page.locator(field).is_visible() for field in ("#waiting_name", "#their_ref")]
    assert shown == {"reporter": [False, False], "other": [True, True], "unit:vatten": [False, True]}
    choose(desk, "Fördela till en annan enhet")
    told = {}
    for value in ("internal", "public"):
        desk.page.locator("#visibility_hand_over").select_option(value)
        told[value] = desk.page.locator("#visibility_hand_over-readers").inner_text()
    assert told["internal"].startswith("Bara personalen läser det")
    assert told["public"].startswith("Den som frågade läser det, och alla")


def test_without_a_script_a_day_is_one_field(open_screen, path):
    officer = open_screen(java_script_enabled=False)
    officer.be("Officer")
    officer.open(path)
    choose(officer, "Planera")
    assert officer.page.locator("#due_on").is_visible()
    assert not officer.page.locator("[name='due_on-picked']").is_visible()


def test_a_day_that_is_typed_after_the_calendar_was_opened_counts_alone(open_screen, path):
    officer = open_screen()
    officer.be("Officer")
    officer.open(path)
    choose(officer, "Planera")
    typed, calendar = officer.page.locator("#due_on"), officer.page.locator("[name='due_on-picked']")
    typed.fill("2027-05-17")
    officer.page.locator("[data-opens=due_on]").click()
    assert calendar.input_value() == "2027-05-17"
    officer.page.keyboard.press("Escape")
    typed.fill("2027-05-18")
    assert calendar.input_value() == ""
    calendar.evaluate("it => { it.value = '2027-05-19'; it.dispatchEvent(new Event('change', {bubbles: true})) }")
    assert (typed.input_value(), calendar.input_value()) == ("2027-05-19", "")
    officer.page.get_by_role("button", name="Spara steget").click()
    officer.says("Sparat.")


def test_a_refusal_is_read_as_a_whole_where_it_has_the_focus(open_screen, path):
    officer = open_screen()
    officer.be("Officer")
    officer.open(path)
    officer.step("Planera", due_on="i vår")
    officer.page.locator(".ds-error-summary").wait_for()
    officer.page.wait_for_function("document.activeElement.matches('.ds-error-summary')")
    officer.page.wait_for_timeout(200)
    top, bottom = officer.page.evaluate(FOCUSED)
    assert 0 <= top < bottom <= PHONE["height"] - 100
    said = officer.page.locator(".ds-error-summary").inner_text()
    assert "Skriv dagen som " in said


def test_the_focus_stays_on_the_letter_that_was_asked_for(open_screen, path):
    officer = open_screen()
    officer.be("Officer")
    officer.open(path)
    choose(officer, "Påbörja")
    officer.page.get_by_role("button", name="Läs mejlet först").focus()
    officer.page.keyboard.press("Enter")
    officer.page.locator("#brevet-rubrik").wait_for()
    officer.page.wait_for_function("document.activeElement.matches('.letters')")
    assert not officer.page.locator(".letter-shown[open]").count()  # folded on a telephone


def test_a_topic_suggests_a_unit_whose_officers_are_offered(open_screen, town):
    ref = town.house.hand_in()
    desk = open_screen()
    desk.be("Contact")
    desk.open(f"/arenden/{ref}")
    choose(desk, "Fördela")
    groups = "() => [...document.querySelectorAll('#officer optgroup')].map(group => group.dataset.unit)"
    assert {"gata", "vatten", "desk"} <= set(desk.page.evaluate(groups))
    desk.page.locator("#step-category").select_option("trafik")
    assert desk.page.locator("#responsible").input_value() == "gata"
    assert desk.page.evaluate(groups) == ["gata"]
    desk.page.locator("#responsible").select_option("vatten")
    assert desk.page.evaluate(groups) == ["vatten"]
