"""A case from the form to the end in a real browser, with and without JavaScript; and axe's accessibility check."""

import re
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.small_house import copied_sqlite, furnish
from support.houses.small_web import Web, open_web
from werkzeug.serving import make_server

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.meetings.meeting import Meeting
from cases.organisation.municipality import municipality
from cases.states import State
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import transport_from
from workers.relay.draining import drain_deliveries, drain_outbox

SLOWER_THAN_A_MACHINE = 3_200  # milliseconds
SIZES = {"wide": (1360, 900), "narrow": (320, 700)}
LONG = "Vägbelysningsunderhållsupphandlingsöverklagandenämndsärendet " * 2  # longer than a line of a telephone
LATER = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011 - any day well ahead


@pytest.fixture
def town(run_folder: Path, tmp_path: Path) -> Iterator[Web]:
    """The small municipality as a demonstration, in which one click logs in as anybody."""
    web = open_web(copied_sqlite(run_folder, tmp_path, "small_house", furnish), tmp_path)
    with web.database.transaction() as session:
        municipality(session).demonstration = True
        session.add(Meeting(held_on=date.fromisoformat(LATER), name="Forum"))
    yield web
    web.database.close()


@pytest.fixture
def address(town: Web) -> Iterator[str]:
    """The address of a real server of its app."""
    server = make_server("127.0.0.1", 0, town.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Screen:
    """One browser window, used as a person does."""

    def __init__(self, browser, address: str, **how: object) -> None:
        self.context = browser.new_context(locale="sv-SE", **how)
        self.context.set_default_timeout(10_000)
        self.page, self.address = self.context.new_page(), address
        self.complaints: list[str] = []
        self.page.on("console", self._note_complaint)

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.address + path)

    def be(self, name: str) -> None:
        """Log in as this person."""
        self.open("/logga-in")
        self.page.get_by_role("button", name=re.compile(f"^{name} ")).click()
        self.page.get_by_role("button", name="Logga ut", exact=True).wait_for()

    def step(self, name: str, **given: str) -> None:
        """Take a step with the step form."""
        self.page.get_by_role("radio", name=name, exact=True).check(force=True)
        for field, value in given.items():
            box = self.page.locator(f"#steg #{field}")
            box.select_option(value) if box.evaluate("it => it.tagName") == "SELECT" else box.fill(value)
        self.page.get_by_role("button", name="Spara steget").click()

    def says(self, words: str) -> None:
        """Wait until the page says this."""
        self.page.get_by_text(words).first.wait_for()

    def has_its_focus_in(self, words: str) -> None:
        """Assert that the focus, and so the reader of somebody who does not see, is where the page says this."""
        self.page.wait_for_function("document.activeElement.matches('[role=status]')")
        assert words in self.page.evaluate("document.activeElement.textContent")

    def _note_complaint(self, message) -> None:
        if message.type == "error" and "422" not in message.text:  # a refused form is no trouble
            self.complaints.append(message.text)

    def close(self) -> None:
        """Close the window; assert that its console shows no error."""
        self.context.close()
        assert self.complaints == []


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
    if scripts:
        desk.step("Fördela", responsible="gata", officer="officer@example.se")
    else:  # the officers of a unit are those of a page that the server has made for it
        desk.step("Fördela", responsible="gata")
        desk.says("Fördelat till Gata")
        desk.step("Utse handläggare", officer="officer@example.se")
    desk.says("Sparat. Besked går till")
    desk.has_its_focus_in("Sparat. Besked går till")
    desk.says("Fördelat till Gata, Officer" if scripts else "Officer blev handläggare")

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
    lisa.page.get_by_role("button", name="Det är inte åtgärdat").click()
    lisa.says("Det var inte klart, så det ligger hos Gata igen.")

    officer.page.reload()
    officer.says("Inte åtgärdat, säger den som frågade")
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


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_the_main_pages_are_for_everybody_by_day_and_by_night(town, browser, address, axe_script, size):
    paths = _furnished(town)
    width, height = SIZES[size]
    screen = Screen(browser, address, viewport={"width": width, "height": height}, reduced_motion="reduce")
    found = [_barriers(screen, path, axe_script) for path in paths["anybody"]]
    screen.be("Contact")
    found += [_barriers(screen, path, axe_script) for path in paths["contact"]]
    screen.close()
    assert list(filter(None, found)) == []


def _furnished(town: Web) -> dict[str, list[str]]:
    late, done, waits = (town.house.reach(state, title=LONG) for state in (State.ASSIGNED, State.DONE, State.WAITING))
    with town.database.transaction() as session:
        case = case_to_change(session, done)
        correct(session, case, Correction(published=True), by=town.house.actors["contact"], at=case.received_at)
    for name, phone in (("Gösta", "0123-99 99"), ("Siv", "0123-88 88")):
        town.house.reach(State.DECLINED, title=LONG, reporter=Reporter(name=name, phone=phone))
    town.house.reach(State.ASSIGNED, reporter=Reporter(name="Rut", email="rut@example.se"))
    drain_outbox(town.database)
    drain_deliveries(town.database, transport_from(town.settings))
    [letter, *_] = Mailbox(town.settings.var / "mailbox").letters(1, None)
    mine = [f"/arende/{town.house.case(ref).public_id}" for ref in (done, waits)]
    return {
        "anybody": ["/", "/lamna", "/sok?q=väg", "/logga-in", "/tillganglighet", "/statistik", f"/arenden/{done}",
                    *mine],
        "contact": ["/skrivbord", "/skrivbord?del=forsenat", f"/arenden/{late}", f"/arenden/{waits}", "/enhet/gata",
                    "/lamna", "/lamna/flera", "/ring", "/undanlagt", "/forum", "/forum/1", "/brevlada", "/konto",
                    f"/arenden/{late}/utskrift", f"/arenden/{late}/radera", "/enhet/norrby", "/sok?q=lagat",
                    "/arenden", f"/brevlada/{letter.name}",
                    f"/arenden/{late}/publicera"],
    }  # fmt: skip


def _barriers(screen: Screen, path: str, axe_script: Path) -> list[list[str]]:
    """Return the violations that axe finds on the page in light and in dark, and whether it scrolls sideways."""
    screen.open(path)
    screen.page.evaluate(axe_script.read_text())
    found = []
    for scheme, rules in {"light": "", "dark": '{runOnly: ["color-contrast"]}'}.items():  # night changes colours alone
        screen.page.emulate_media(color_scheme=scheme)
        result = screen.page.evaluate(f"axe.run({rules})")
        found += [[path, scheme, one["id"], one["nodes"][0]["html"][:200]] for one in result["violations"]]
    wide = screen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, [path, "scrolls sideways"]] if wide else found
