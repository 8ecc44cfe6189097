"""A case from the form to the end in a real browser, with and without JavaScript."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from support.screen import Screen

from cases.case import Case
from cases.states import State

SLOWER_THAN_A_MACHINE = 3_200  # milliseconds
LATER = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011 - any day well ahead


@pytest.fixture(params=[True, False], ids=["with_javascript", "without"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether JavaScript runs."""
    return bool(request.param)


@pytest.fixture
def open_screen(browser, address, scripts):
    """`open_screen()`: a new browser window with cookies of its own."""
    opened: list[Screen] = []

    def one() -> Screen:
        opened.append(Screen(browser, address, java_script_enabled=scripts, viewport={"width": 1360, "height": 900}))
        return opened[-1]

    yield one
    for screen in opened:
        screen.close()


@pytest.mark.browser
def test_from_the_form_to_the_end(town, open_screen, scripts):
    lisa, desk, officer = open_screen(), open_screen(), open_screen()
    lisa.open("/")
    lisa.page.get_by_role("link", name="Lämna in en fråga eller idé").click()
    lisa.page.get_by_label("Vad gäller det?").fill("Lampan vid skolan är släckt")
    lisa.page.get_by_label("Hur når vi dig?").fill("lisa@example.org")
    lisa.page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    lisa.page.get_by_role("button", name="Lämna in").click()
    lisa.says("Tack. Vi har det.")
    lisa.page.get_by_role("link", name="Till mitt ärende").click()
    lisa.says("Vi har fått ditt ärende.")

    desk.be("Contact")
    desk.open("/skrivbord")
    desk.page.get_by_role("link", name="Lampan vid skolan är släckt").click()
    desk.step("Fördela", responsible="gata", officer="officer@example.se")
    desk.says("Sparat. Besked går till")
    desk.has_its_focus_in("Sparat. Besked går till")
    desk.says("Fördelat till Gata, Officer")

    officer.be("Officer")
    officer.page.get_by_role("link", name="Gata", exact=True).click()
    officer.page.get_by_role("link", name="Lampan vid skolan är släckt").click()
    officer.step("Planera", note="Vi byter den")
    officer.says("Ange ett datum.")
    assert officer.page.locator("#steg #note").input_value() == "Vi byter den"
    officer.step("Planera", due_on=LATER)
    officer.says("Gata har planerat det till")
    officer.step("Klart", note="Ny lampa sitter uppe")
    officer.says("Klart, säger Gata")

    lisa.page.reload()
    lisa.says("Gata säger att det är klart.")
    lisa.page.get_by_label("Vad är fortfarande fel?").fill("Den blinkar")
    lisa.page.get_by_role("button", name="Nej, det är inte klart").click()
    lisa.says("Nu ligger det hos Gata igen.")

    officer.page.reload()
    officer.says("Inte klart, säger den som frågade")
    officer.step("Klart", note="Nu är drivdonet bytt också")
    officer.says("Nu är drivdonet bytt också")
    with town.database.reading() as session:
        assert session.scalars(select(Case.state)).one() is State.DONE


@pytest.mark.browser
def test_only_the_fields_of_the_chosen_step_are_shown_without_any_script(town, browser, address):
    ref = town.house.reach(State.ASSIGNED)
    screen = Screen(browser, address, java_script_enabled=False)
    screen.be("Contact")
    screen.open(f"/arenden/{ref}")
    shown = {"Planera": {"due_on", "note"}, "Klart": {"note"}, "För samman": {"into", "note"}}
    for step, fields in shown.items():
        screen.page.get_by_role("radio", name=step, exact=True).check(force=True)
        for field in ("due_on", "note", "into", "waiting_for", "responsible"):
            assert screen.page.locator(f"#steg #{field}").is_visible() is (field in fields), (step, field)
    screen.close()
