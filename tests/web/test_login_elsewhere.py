"""A log-in letter that is opened in another browser than the one that asked: what is said there, and where it leads."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.logging_in import ask, csrf, log_in, token_of_last_link, use
from support.houses.small_pages import words

from cases.access.codes import link_code
from cases.access.tokens import Link
from cases.history.journal import Event
from cases.states import State
from notifications.letters.urls import WebAddresses


@pytest.fixture
def asked(sqlite_web):
    """The path of a case to which the browser that asked for a letter was on its way."""
    path = f"/arenden/{sqlite_web.house.reach(State.ASSIGNED)}"
    browser = sqlite_web.browser()
    browser.get(browser.get(path).location)
    ask(browser)
    return path


def age_links(web, **ago):
    """Let all links have been asked for that long ago; they can still be used."""
    with web.database.transaction() as session:
        for link in session.scalars(select(Link)):
            link.made_at -= timedelta(**ago)


def path_in_letter(web):
    """The path and query of the link in the letter that was asked for last."""
    with web.database.reading() as session:
        facts = session.scalars(select(Event.facts).where(Event.type == "person.asked_for_link")).all()[-1]
    return WebAddresses("").login(token_of_last_link(web), facts.get("wanted"))


def test_it_says_that_the_link_works_where_it_was_asked_for(sqlite_web, asked):
    page = sqlite_web.browser().get(path_in_letter(sqlite_web))
    assert page.status_code == 410
    assert "Länken fungerar i den webbläsare där du bad om den." in words(page.text)
    assert "äldre än tio minuter" not in words(page.text)
    assert "/logga-in/kod" not in page.text  # no code works in this browser


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_it_says_what_to_do_there_and_when_a_new_letter_can_be_asked_for_here(sqlite_web, asked, lang):
    other = sqlite_web.browser()
    other.get(f"/?lang={lang}")
    said = words(other.get(path_in_letter(sqlite_web)).text)
    assert {"sv": "Den visar ett fält för koden.", "en": "It shows a field for the code."}[lang] in said
    assert re.search(
        {"sv": r"om (9|10) minuter, kl\. \d\d\.\d\d\.", "en": r"in (9|10) minutes, at \d\d\.\d\d\."}[lang], said
    )
    age_links(sqlite_web, minutes=11)
    said = words(other.get(path_in_letter(sqlite_web)).text)
    assert {"sv": "Be om ett nytt mejl i den här", "en": "Ask for a new e-mail in this"}[lang] in said


def test_in_another_network_and_in_a_known_browser_it_can_be_asked_for_now(sqlite_web):
    known = log_in(sqlite_web)
    age_links(sqlite_web, minutes=11)
    ask(sqlite_web.browser())
    path = path_in_letter(sqlite_web)
    elsewhere = {"REMOTE_ADDR": "203.0.113.1"}
    for browser, network in ((known, {}), (sqlite_web.browser(), elsewhere)):
        assert "Be om ett nytt mejl i den här" in words(browser.get(path, environ_base=network).text)
        assert "Retry-After" not in ask(browser, environ_base=network).headers
    assert "kan du be om ett nytt mejl om" in words(sqlite_web.browser().get(path).text)


def test_who_asks_too_early_finds_the_form_for_later_with_the_address_in_it(sqlite_web, asked):
    other = sqlite_web.browser()
    other.get(path_in_letter(sqlite_web))
    page = ask(other).text
    assert 'value="contact@example.se"' in page and re.search(r"Eller logga in här, kl\. \d\d\.\d\d eller", words(page))
    age_links(sqlite_web, minutes=11)
    assert "på väg" in words(ask(other).text)
    assert use(other, token_of_last_link(sqlite_web)).location == asked


def test_a_dead_link_is_called_dead_and_the_code_is_offered_where_one_works(sqlite_web):
    browser = sqlite_web.browser()
    ask(browser)
    token = token_of_last_link(sqlite_web)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    page = browser.get(f"/logga-in/{token}").text
    assert "Länken har redan använts, eller är äldre än tio minuter." in words(page)
    assert "/logga-in/kod" not in page
    ask(browser, "officer@example.se")
    assert "/logga-in/kod" in browser.get(f"/logga-in/{token}").text


def test_the_page_that_was_asked_for_stays_in_the_other_browser(sqlite_web, asked):
    other = sqlite_web.browser()
    other.get(path_in_letter(sqlite_web))
    with sqlite_web.database.transaction() as session:
        for link in session.scalars(select(Link)):
            link.made_at -= timedelta(minutes=11)
    other.get("/logga-in")
    ask(other)
    assert use(other, token_of_last_link(sqlite_web)).location == asked


def test_the_code_leads_there_too(sqlite_web, asked):
    other = sqlite_web.browser()
    other.get(path_in_letter(sqlite_web))
    ask(other, "officer@example.se")
    with sqlite_web.database.reading() as session:
        link = session.scalars(select(Link).order_by(Link.id.desc())).first()
        code = link_code(link, sqlite_web.settings.secret_key)
    answer = other.post("/logga-in/kod", data={"csrf_token": csrf(other), "code": code})
    assert answer.location == asked


@pytest.mark.parametrize(
    ("wanted", "named"),
    [
        ("/arenden/2026-0042?logga-in=1", "/arenden/2026-0042"),
        ("/skrivbord?del=forsenat", "/skrivbord"),
        ("/arenden/ring-070-123-45-67", None),
        ("/arende/en-hemlig-nyckel", None),
        ("/sok?q=Rut", None),
        ("//evil.example", None),
    ],
)
def test_a_letter_names_no_words_and_no_private_page(sqlite_web, wanted, named):
    browser = sqlite_web.browser()
    browser.get("/logga-in", query_string={"next": wanted})
    ask(browser)
    with sqlite_web.database.reading() as session:
        facts = session.scalars(select(Event.facts).where(Event.type == "person.asked_for_link")).one()
    assert facts.get("wanted") == named
