"""A log-in letter that is opened in another browser than the one that asked: what is said there, and where it leads."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from support.houses.logging_in import ask, csrf, token_of_last_link, use
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
