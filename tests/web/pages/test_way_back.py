"""The way back after a log-in: to the page that was asked for, and without telling whether there is such a case."""

import html
import re

import pytest
from support.houses.logging_in import CONTACT, ask, csrf, token_of_last_link, use
from support.houses.small_pages import visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.states import State
from web.current import machine_now
from web.requests.returning import safe_next

CASE_PATHS = (
    "/arenden/{}",
    "/arenden/{}/filer/1",
    "/arenden/{}/publicera",
    "/arenden/{}/radera",
    "/arenden/{}?lang=en",
)
CASE_FORMS = ("/arenden/{}/kommentar", "/arenden/{}/filer", "/arenden/{}/steg")


@pytest.fixture
def private(web):
    """The reference of a case that is not published."""
    return web.house.reach(State.ASSIGNED, title="Gatlyktan är trasig")


def to_log_in(page):
    """The header's log-in link."""
    return html.unescape(re.findall(r'href="(/logga-in[^"]*)"', page.text)[-1])


@pytest.mark.parametrize("path", CASE_PATHS)
def test_a_visitor_is_not_told_whether_there_is_such_a_case(web, private, path):
    answers = [visitor(web).get(path.format(ref)) for ref in (private, "2020-0001")]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location.replace(private, "2020-0001") == answers[1].location
    assert answers[0].text.replace(private, "2020-0001") == answers[1].text


@pytest.mark.parametrize("path", CASE_FORMS)
def test_nor_by_a_form_which_leads_back_to_the_case(web, private, path):
    for ref in (private, "2020-0001"):
        answer = visitor(web).send(path.format(ref), email="x@example.com", version="1")
        assert (answer.status_code, to_log_in(answer)) == (401, "/logga-in?next=/fortsatt")  # where it is kept
        assert f'href="/logga-in?next=/arenden/{ref}"' in answer.text


def test_neither_can_be_followed(web, private):
    answers = [visitor(web).send(f"/arenden/{ref}/folj", email="x@example.com") for ref in (private, "2020-0001")]
    assert [one.status_code for one in answers] == [404, 404]


def test_the_api_says_not_found_to_both(web, private):
    assert [web.get(f"/cases/{ref}").status_code for ref in (private, "2020-0001")] == [404, 404]


def test_who_is_logged_in_and_may_not_see_it_is_told_in_words(web, private):
    for ref in (private, "2020-0001"):
        answer = visitor(web, "neighbour").get(f"/arenden/{ref}")
        assert answer.status_code == 404
        assert "Sidan finns inte, eller så har du inte behörighet till den." in words(answer.text)


def test_a_link_in_a_letter_leads_to_the_case_after_the_log_in(web, private):
    browser = web.browser()
    browser.get(browser.get(f"/arenden/{private}").location)
    browser.get("/logga-in")  # a look at the form again forgets nothing
    form = {"csrf_token": csrf(browser)}
    browser.post("/logga-in", data=form | {"email": CONTACT})
    answer = browser.post(f"/logga-in/{token_of_last_link(web)}", data=form)
    assert answer.location == f"/arenden/{private}"


def test_the_header_leads_back_to_the_page_that_one_reads(sqlite_web):
    browser = sqlite_web.browser()
    assert to_log_in(browser.get("/sok?q=lampa&lang=sv")) == "/logga-in?next=/sok?q%3Dlampa%26lang%3Dsv"
    assert to_log_in(browser.get("/")) == "/logga-in?next=/"
    assert to_log_in(browser.get("/logga-in?next=/forum")) == "/logga-in"


@pytest.fixture
def published(sqlite_web):
    """The reference of a case that everybody may read."""
    house = sqlite_web.house
    ref = house.reach(State.ASSIGNED, title="Gropar på Storgatan")
    with sqlite_web.database.transaction() as session:
        change = Correction(published=True)
        correct(session, case_to_change(session, ref), change, by=house.actors["contact"], at=machine_now())
    return ref


def test_the_public_page_leads_those_who_work_with_the_case_to_the_log_in(sqlite_web, published):
    page = visitor(sqlite_web).get(f"/arenden/{published}")
    line = page.text.split("Arbetar du med ärendet?")[1].split("</p>")[0]
    assert f'href="/logga-in?next=/arenden/{published}"' in line
    assert "Arbetar du med ärendet?" not in visitor(sqlite_web, "neighbour").read(f"/arenden/{published}")


@pytest.mark.parametrize("path", ["/arenden/{}?logga-in=1", "/arenden/2020-0001?logga-in=1"])
def test_the_link_of_a_letter_to_staff_asks_for_the_log_in_first(sqlite_web, published, path):
    path = path.format(published)
    browser = sqlite_web.browser()
    asked = browser.get(path)
    assert asked.location == f"/logga-in?next={path.replace('=', '%3D')}"
    browser.get(asked.location)
    ask(browser)
    assert use(browser, token_of_last_link(sqlite_web)).location == path
    if published in path:
        assert "Vad händer nu?" in words(browser.get(path).text)
    assert visitor(sqlite_web).get(f"/arenden/{published}").status_code == 200


def test_what_was_taken_back_says_so_and_offers_the_log_in(sqlite_web):
    house = sqlite_web.house
    ref = house.reach(State.DONE, title="Hål i vägen")
    with sqlite_web.database.transaction() as session:
        for published in (True, False):
            change = Correction(published=published)
            correct(session, case_to_change(session, ref), change, by=house.actors["contact"], at=machine_now())
            session.flush()
    answer = visitor(sqlite_web).get(f"/arenden/{ref}")
    assert answer.status_code == 410
    assert to_log_in(answer) == f"/logga-in?next=/arenden/{ref}"


@pytest.mark.parametrize("wanted", ["/%0d%0aX: y", "/%2f%2fevil", "/%5cevil", "/%255cevil", "//[", "/a" * 600])
def test_next_is_read_as_whatever_decodes_it_would(wanted):
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/..//evil.example",
        "/arenden/../..//x",
        "/arenden/..",
        "/.",
        "/./x",
        "/a/./b",
        "/a//b",
        "/a/%2e%2e/b",
        "/a/%252E%252e/b",
        "/a%2f..%2f/b",
        "/a%2F%2Fb",
        "/a%3F/%2e%2e//x",
        "/a/..;x/b",
        "/logga-ut",
        "/logga-ut/overallt",
        "/logga-ut?x=1",
        "/logga%2Dut",
        "/logga-ut#x",
        "/logga-in",
        "/logga-in/kod",
        "/demo-login",
    ],
)
def test_next_is_no_path_that_a_browser_would_change_and_no_door(wanted):
    assert safe_next(wanted) == "/"


@pytest.mark.parametrize("wanted", ["/sok?q=a//b", "/sok?q=../x", "/arenden/2026-0001#e3", "/a..b/c", "/.well-known/x"])
def test_what_only_looks_like_one_stays(wanted):
    assert safe_next(wanted) == wanted


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/logga-ut", "/min-sida"),
        ("/..//evil.example", "/min-sida"),
        ("/arenden/2026-0001/kommentar", "/min-sida"),  # takes only a form
        ("/forum?x=1", "/forum?x=1"),
        ("/arenden/2020-0001", "/arenden/2020-0001"),
        ("/finns-inte", "/finns-inte"),
    ],
)
def test_whoever_has_logged_in_comes_to_a_page(web, wanted, led_to):
    browser = web.browser()
    browser.get("/logga-in", query_string={"next": wanted})
    ask(browser)
    assert use(browser, token_of_last_link(web)).location == led_to
