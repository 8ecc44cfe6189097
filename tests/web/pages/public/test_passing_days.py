"""The strip of a demonstration moves its day ahead: what is due happens, and nothing else moves."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from support.houses.small_pages import fields_of, visitor, words
from support.houses.small_web import open_web
from support.houses.statements import counted

from cases.access.tokens import WebSession
from cases.case import Case
from cases.demo.passing_days import let_days_pass
from cases.history.journal import Event
from cases.organisation.domain_time import domain_time
from cases.states import State

MOVE = "/demo-dag"


@pytest.fixture
def demonstration(web):
    """The small municipality as a demonstration."""
    mark(web)
    return web


@pytest.fixture
def sqlite_demonstration(sqlite_web):
    """The same on SQLite, where the database does not matter."""
    mark(sqlite_web)
    return sqlite_web


def mark(web):
    with web.database.transaction() as session:
        session.execute(text("UPDATE house SET demonstration = true"))


def today_of(web):
    with web.database.reading() as session:
        return web.database.calendar.day_of(domain_time(session))


def rungs(web, ref):
    with web.database.reading() as session:
        found = select(Event.at).join(Case, Case.id == Event.stream).where(Case.ref == ref)
        return list(session.scalars(found.where(Event.type == "case.escalated").order_by(Event.seq)))


def press(browser, path, days):
    """Press a button of the strip on the page at this path, and return the answer."""
    return browser.browser.post(MOVE, data=fields_of(browser.get(path).text, MOVE) | {"days": days})


def test_a_week_ahead_lets_the_ladder_climb_and_shows_the_page_again(demonstration):
    ref, before = demonstration.house.reach(State.ASSIGNED, at=datetime.now(UTC)), today_of(demonstration)
    browser = visitor(demonstration, "contact")
    for _ in range(4):
        answer = press(browser, f"/arenden/{ref}?lang=sv", "7")
        assert (answer.status_code, answer.location) == (303, f"/arenden/{ref}?lang=sv")
    assert today_of(demonstration) == before + timedelta(days=28)
    fired = rungs(demonstration, ref)
    assert len(fired) >= 2
    assert {moment.astimezone(demonstration.database.calendar.zone).hour for moment in fired} == {7}
    assert re.search(r"En vecka har gått\. (Ingen behövde påminnas|\d+ påminnelser? gick ut\. Se mejllådan)\.",
                     words(browser.get(f"/arenden/{ref}").text))  # fmt: skip


def test_whoever_is_not_logged_in_may_move_it_too(demonstration):
    before = today_of(demonstration)
    assert press(visitor(demonstration), "/", "1").location == "/"
    assert today_of(demonstration) == before + timedelta(days=1)


@pytest.mark.parametrize("path", ["/logga-in", "/lamna", "/sok?q=lampa", "/finns-inte"])
def test_the_same_page_comes_again(sqlite_demonstration, path):
    assert press(visitor(sqlite_demonstration), path, "1").location == path


def test_the_strip_tells_the_day_in_the_language_of_the_page(sqlite_demonstration):
    with sqlite_demonstration.database.transaction() as session:
        ahead = datetime(2027, 3, 2, 12, tzinfo=UTC) - datetime.now(UTC)
        session.execute(text("UPDATE house SET seconds_ahead = :s"), {"s": round(ahead.total_seconds())})
    assert "I dag är tis 2 mars 2027" in visitor(sqlite_demonstration).read("/")
    assert "Today is Tue 2 Mar 2027" in visitor(sqlite_demonstration).read("/?lang=en")


def test_one_form_moves_it_once(sqlite_demonstration):
    before, browser = today_of(sqlite_demonstration), visitor(sqlite_demonstration)
    form = fields_of(browser.get("/").text, MOVE)
    for _ in range(2):
        assert browser.browser.post(MOVE, data=form | {"days": "1"}).status_code == 303
    assert browser.browser.post(MOVE, data=form | {"days": "7"}).status_code == 409
    assert today_of(sqlite_demonstration) == before + timedelta(days=1)


@pytest.mark.parametrize("days", ["", "0", "-1", "3", "366", "x"])
def test_only_a_day_or_a_week(sqlite_demonstration, days):
    before = today_of(sqlite_demonstration)
    assert press(visitor(sqlite_demonstration), "/", days).status_code == 400
    assert today_of(sqlite_demonstration) == before


def test_another_house_has_no_such_strip(sqlite_web):
    browser = visitor(sqlite_web, "contact")
    assert MOVE not in browser.get("/skrivbord").text
    assert browser.send(MOVE, days="7", next="/").status_code == 404


def test_a_demonstration_that_others_reach_has_none_either(sqlite_web, tmp_path):
    mark(sqlite_web)
    before = today_of(sqlite_web)
    other = open_web(sqlite_web.settings.database_url, tmp_path, base_url="https://arenden.example.se")
    there, browser = {"base_url": "https://arenden.example.se"}, other.browser()
    page = browser.get("/logga-in", **there)
    form = {"csrf_token": re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)[1], "days": "7"}
    assert MOVE not in page.text
    assert browser.post(MOVE, data=form, **there).status_code == 404
    assert today_of(sqlite_web) == before
    other.database.close()


def test_without_the_form_token_nothing_moves(sqlite_demonstration):
    before = today_of(sqlite_demonstration)
    assert visitor(sqlite_demonstration).browser.post(MOVE, data={"days": "7"}).status_code == 400
    assert today_of(sqlite_demonstration) == before


def test_who_is_logged_in_stays_so_and_what_they_do_happens_on_the_day_that_was_reached(demonstration):
    browser, real = visitor(demonstration, "officer"), datetime.now(UTC)
    let_days_pass(demonstration.database, 60)
    ref = demonstration.house.reach(State.ASSIGNED)
    assert browser.send(f"/arenden/{ref}/kommentar", text="Vi tittar på det", visibility="public").status_code == 303
    with demonstration.database.reading() as session:
        event = session.scalars(select(Event).where(Event.type == "case.commented")).one()
        last_seen = session.scalar(select(func.max(WebSession.seen_at)))
    assert event.at - real > timedelta(days=59)
    assert event.recorded_at - real < timedelta(days=1)
    assert last_seen - real < timedelta(days=1)


def test_the_api_has_the_day_that_was_reached(demonstration):
    let_days_pass(demonstration.database, 10)
    ref = demonstration.case(title="Lampan är släckt")["ref"]
    received = demonstration.house.case(ref).received_at
    assert demonstration.database.calendar.day_of(received) == today_of(demonstration)


def test_an_ordinary_house_is_asked_for_its_day_once(sqlite_web):
    browser = visitor(sqlite_web, "contact")
    browser.get("/skrivbord")
    with counted(sqlite_web.database) as asked:
        browser.get("/skrivbord")
        sqlite_web.get("/cases", by="contact")
    assert not [statement for statement in asked if "seconds_ahead" in statement]


def test_a_day_that_was_moved_elsewhere_is_seen_at_the_next_request(sqlite_demonstration):
    browser, before = visitor(sqlite_demonstration), today_of(sqlite_demonstration)
    browser.get("/")
    let_days_pass(sqlite_demonstration.database, 9)
    assert f" {(before + timedelta(days=9)).day} " in re.search(r"I dag är \S+ \d+ ", browser.read("/"))[0]


def test_a_house_that_becomes_a_demonstration_is_known_as_one_by_its_first_page(sqlite_web):
    browser, before = visitor(sqlite_web), today_of(sqlite_web)
    browser.get("/")
    mark(sqlite_web)
    let_days_pass(sqlite_web.database, 9)
    browser.get("/")
    assert f" {(before + timedelta(days=9)).day} " in re.search(r"I dag är \S+ \d+ ", browser.read("/"))[0]
