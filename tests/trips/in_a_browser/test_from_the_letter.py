"""Acting from the letter on a telephone: an officer says done in three taps, who asked says yes or no, or replies."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from support.houses.small_web import Web
from support.inbound.incoming_mail import MailHouse, asked_by_mail
from support.letters.letter_answers import letters_to, send_all, tokens_in
from support.screen import Screen

from cases.access.actors import ActorKind
from cases.states import State

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def open_letter_of(town: Web, browser: object, address: str) -> Iterator[Callable[..., Screen]]:
    """`open_letter_of(who, java_script_enabled=...)`: a telephone that has opened the link in their last letter."""
    opened: list[Screen] = []

    def open_it(who: str, **how: object) -> Screen:
        send_all(town)
        opened.append(Screen(browser, address, viewport=PHONE, **how))
        opened[-1].open(f"/svar/{tokens_in(letters_to(town, who)[-1])[0]}")  # the first tap, in the letter
        return opened[-1]

    yield open_it
    for screen in opened:
        screen.close()


def is_narrow(screen: Screen) -> bool:
    """Whether nothing scrolls sideways."""
    return not screen.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_officer_says_done_in_three_taps(town: Web, open_letter_of: Callable[..., Screen], scripts: bool) -> None:
    ref = town.house.reach(State.ASSIGNED, at=datetime.now(UTC), title="Lampan vid bron")
    telephone = open_letter_of("officer", java_script_enabled=scripts)
    page = telephone.page
    assert (page.locator("h1").inner_text(), is_narrow(telephone)) == ("Lampan vid bron", True)
    page.locator("summary", has_text="Klart").click()  # the second tap
    page.locator("#finish-note").fill("Lampan är bytt.")
    page.locator("#svar-finish").get_by_role("button", name="Skicka").click()  # the third
    telephone.says("Du har använt den här länken")
    telephone.says("Sparat.")
    assert (is_narrow(telephone), page.url.rpartition("/svar/")[2].isdecimal()) == (True, True)
    [done] = town.house.events(ref, "case.done")
    assert (town.house.case(ref).state, done.actor, done.person_id) == (
        State.DONE, ActorKind.PERSON, town.person_id("officer"),
    )  # fmt: skip


def test_the_groups_shared_mailbox_contests(town: Web, open_letter_of: Callable[..., Screen]) -> None:
    ref = town.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    telephone = open_letter_of("norrby")
    telephone.page.locator("summary", has_text="Nej, det är inte klart").click()
    telephone.page.locator("#svar-contest").get_by_role("button", name="Skicka").click()
    telephone.says("Skriv vad som fortfarande är fel")
    assert telephone.page.locator("#svar-contest").get_attribute("open") is not None
    telephone.page.locator("#contest-note").fill("Den blinkar fortfarande.")
    telephone.page.locator("#contest-who").fill("Anna Byman")
    telephone.page.locator("#svar-contest").get_by_role("button", name="Skicka").click()
    telephone.says("Du har använt den här länken")
    telephone.says("Norrby, via funktionsbrevlådan")
    [contested] = town.house.events(ref, "case.contested")
    assert (town.house.case(ref).state, contested.unit_id) == (State.ASSIGNED, town.house.unit_id("norrby"))


def test_who_asked_says_yes_in_two_taps(town: Web, open_letter_of: Callable[..., Screen]) -> None:
    ref = town.house.reach(State.DONE, at=datetime.now(UTC))
    telephone = open_letter_of("rut")
    telephone.page.locator("summary", has_text="Ja, det stämmer").click()
    telephone.page.locator("#svar-confirm").get_by_role("button", name="Skicka").click()
    telephone.says("Du har svarat med den här länken")
    assert town.house.case(ref).state is State.CLOSED


def test_who_asked_answers_by_mail_and_the_case_goes_on(town: Web, open_letter_of: Callable[..., Screen]) -> None:
    mails = MailHouse(town)
    ref = asked_by_mail(mails)
    mails.reply(mails.letter_to("rut"), "Den vid bron, närmast skolan.", sender="Rut <rut@example.se>")
    officer = open_letter_of("officer")  # the letter that says that the answer has come
    officer.says("Den vid bron, närmast skolan.")
    officer.page.locator("summary", has_text="Klart").click()
    officer.page.locator("#finish-note").fill("Lampan vid skolan är bytt.")
    officer.page.locator("#svar-finish").get_by_role("button", name="Skicka").click()
    officer.says("Sparat.")
    telephone = open_letter_of("rut")
    telephone.says("Lampan vid skolan är bytt.")
    mails.reply(mails.letter_to("rut"), "Nej, den lyser inte.", sender="Rut <rut@example.se>")
    assert (town.house.case(ref).state, town.house.case(ref).unread_reply is not None) == (State.DONE, True)
    telephone.page.reload()
    telephone.page.locator("summary", has_text="Nej, det är inte klart").click()
    telephone.page.locator("#contest-note").fill("Den lyser inte.")
    telephone.page.locator("#svar-contest").get_by_role("button", name="Skicka").click()
    telephone.says("Du har använt den här länken")
    assert (town.house.case(ref).state, is_narrow(telephone)) == (State.ASSIGNED, True)
