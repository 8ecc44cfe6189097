"""SECURITY 2, 72: limits by network and of all together, counted by all processes, and by one when it must."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, text, update
from support.houses.logging_in import CONTACT, ask, csrf, log_in, token_of_last_link, use
from support.houses.small_pages import words
from support.houses.small_web import Web, open_web

from cases.access.request_counts import RequestCount
from cases.access.tokens import Link
from cases.database.transactions import Database
from web import create_app
from web.requests.counting import RequestCounter
from web.requests.rate_limits import Limit

HOLE = {"kind": "issue", "title": "Hål"}


@pytest.fixture
def limited(house_url, tmp_path):
    """The small house's app with its limits on, on each database."""
    opened = open_web(house_url, tmp_path, rate_limits=True)
    yield opened
    opened.database.close()


@pytest.fixture
def second(limited):
    """Another process of the same house: an app and a database of its own."""
    database = Database(limited.settings.database_url, limited.settings.calendar)
    app = create_app(limited.settings, database)
    yield Web(app, limited.house, limited.settings, limited.tokens)
    database.close()


def ask_to_log_in(browser, times, address="127.0.0.1", email="nobody@example.se", **more):
    """Ask for a log-in letter so often; return the statuses."""
    form = {"csrf_token": csrf(browser), "email": email}
    from_there = {"environ_base": {"REMOTE_ADDR": address}, **more}
    return [browser.post("/logga-in", data=form, **from_there).status_code for _ in range(times)]


def counts(web):
    """How many rows of counts there are."""
    with web.database.reading() as session:
        return session.scalar(select(func.count()).select_from(RequestCount))


@pytest.mark.parametrize("header", ["Bearer x", "Basic eDp5", "x", ""])
def test_a_header_that_says_nothing_switches_no_limit_off(limited, header):
    statuses = ask_to_log_in(limited.browser(), 12, headers={"Authorization": header})
    assert statuses == [200] * 10 + [429] * 2


def test_a_good_token_exempts_no_page(limited):
    headers = {"Authorization": f"Bearer {limited.tokens['contact']}"}
    assert ask_to_log_in(limited.browser(), 11, headers=headers)[-1] == 429


def test_only_who_is_found_by_a_token_is_exempt_in_the_api(limited):
    assert {limited.post("/cases", HOLE, by="contact").status_code for _ in range(31)} == {201}
    wrong = {limited.post("/cases", HOLE, headers={"Authorization": "Bearer x"}).status_code for _ in range(31)}
    assert wrong == {401}
    assert [limited.post("/cases", HOLE).status_code for _ in range(31)] == [201] * 30 + [429]


def test_two_processes_count_together(limited, second):
    statuses = [web.post("/cases", HOLE).status_code for _ in range(16) for web in (limited, second)]
    assert statuses == [201] * 30 + [429] * 2


def test_each_kind_of_request_has_a_limit_of_its_own(limited):
    browser = limited.browser()
    assert ask_to_log_in(browser, 11)[-1] == 429
    form = {"csrf_token": csrf(browser)}
    assert browser.post("/folj/x", data=form).status_code != 429
    assert browser.post("/arenden/2020-0001/folj", data=form | {"email": "x@example.se"}).status_code != 429
    assert browser.post("/logga-in/x", data=form).status_code == 410


def test_many_networks_meet_the_limit_of_all_together(limited, second):
    """As if six hundred log-in requests came within a minute, each from a network of its own, to two processes."""
    assert not any(_waits(second, f"198.51.{n // 250}.{n % 250}")[0] for n in range(298))
    browser = limited.browser()
    assert [ask_to_log_in(browser, 1, address=f"203.0.113.{n}")[0] for n in range(4)] == [200, 200, 429, 429]


def test_a_known_browser_is_counted_by_itself_alone(limited, second):
    """Neither its neighbours behind the same address nor everybody together can keep it from logging in."""
    known, other = log_in(limited), log_in(second)
    assert ask_to_log_in(limited.browser(), 11)[-1] == 429  # the network's limit
    assert not any(_waits(second, f"198.51.{n // 250}.{n % 250}")[0] for n in range(290))
    assert ask_to_log_in(limited.browser(), 1, address="203.0.113.1") == [429]  # that of all
    assert ask_to_log_in(known, 10, email=CONTACT) == [200] * 10
    assert ask_to_log_in(known, 1, email=CONTACT) == [429]  # its own
    assert ask_to_log_in(other, 1, email=CONTACT) == [200]
    assert ask_to_log_in(other, 1, email="officer@example.se") == [429]  # who has never logged in there


def test_so_it_is_when_it_uses_the_letter(limited):
    known = log_in(limited, log_in(limited))
    with limited.database.transaction() as session:
        session.execute(update(Link).values(made_at=datetime.now(UTC) - timedelta(days=2)))
    assert ask(known).status_code == 200
    form = {"csrf_token": csrf(known), "code": "0000-0000"}
    stranger = limited.browser()
    strange = {"csrf_token": csrf(stranger), "code": "0000-0000"}
    assert [stranger.post("/logga-in/kod", data=strange).status_code for _ in range(11)][-1] == 429
    assert known.post("/logga-in/kod", data=form).status_code == 422
    assert use(known, token_of_last_link(limited)).status_code == 303


def test_what_one_network_is_refused_does_not_count_for_all(limited):
    ask_to_log_in(limited.browser(), 200)
    with limited.database.reading() as session:
        assert session.scalar(select(func.max(RequestCount.count))) <= 11
    assert ask_to_log_in(limited.browser(), 1, address="198.51.100.7") == [200]


def test_an_address_written_as_ipv6_is_the_same_network(limited):
    browser = limited.browser()
    assert ask_to_log_in(browser, 10, address="192.0.2.1")[-1] == 200
    assert ask_to_log_in(browser, 1, address="::ffff:192.0.2.1") == [429]
    assert ask_to_log_in(browser, 1, address="::ffff:192.0.2.2") == [200]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("sv", r"Du har försökt många gånger\. Försök igen om \d+ (sekund|minut)(er)?\."),
        ("en", r"Try again in \d+ (second|minute)s?\."),
    ],
)
def test_the_refusal_says_when_to_try_again(limited, lang, said):
    browser = limited.browser()
    ask_to_log_in(browser, 10)
    page = browser.post(f"/logga-in?lang={lang}", data={"csrf_token": csrf(browser)})
    assert page.status_code == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert re.search(said, words(page.text))
    for _ in range(30):
        limited.post("/cases", HOLE)
    document = limited.post("/cases", HOLE, headers={"Accept-Language": lang})
    assert (document.status_code, document.content_type) == (429, "application/problem+json")
    assert re.search(said, document.json["detail"])
    assert 1 <= int(document.headers["Retry-After"]) <= 60


def test_a_window_that_is_over_counts_no_longer(limited, second):
    assert ask_to_log_in(limited.browser(), 10)[-1] == 200
    assert ask_to_log_in(second.browser(), 1) == [429]
    with limited.database.transaction() as session:
        session.execute(update(RequestCount).values(ends_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert ask_to_log_in(second.browser(), 1) == [200]


def test_while_the_database_is_busy_a_process_counts_alone_and_waits_once(sqlite_url, tmp_path):
    limited = open_web(sqlite_url, tmp_path, rate_limits=True)
    with limited.database.engine.begin() as other:  # what another process writes, for long
        other.execute(text("UPDATE house SET version = version"))
        waits = _waits(limited, "192.0.2.1", times=12)
    assert [bool(wait) for wait in waits] == [False] * 10 + [True] * 2
    assert counts(limited) == 0
    limited.database.close()


def test_a_database_without_the_table_limits_all_the_same(limited):
    with limited.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE request_count RENAME TO gone"))
    assert ask_to_log_in(limited.browser(), 11) == [200] * 10 + [429]


def test_a_writer_whose_turn_does_not_come_leaves_the_queue(sqlite_url, tmp_path):
    limited = open_web(sqlite_url, tmp_path, rate_limits=True)
    inside, leave = threading.Event(), threading.Event()

    def write() -> None:
        with limited.database.transaction():
            inside.set()
            leave.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    inside.wait(30)
    with pytest.raises(TimeoutError), limited.database.counting():
        raise AssertionError("it is not our turn")
    leave.set()
    writer.join()
    with limited.database.counting(), pytest.raises(TimeoutError), limited.database.counting():
        raise AssertionError("one at a time")
    with limited.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(RequestCount)) == 0
    limited.database.close()


def test_counting_takes_two_statements_and_none_of_the_change(limited):
    seen = []
    limited.post("/cases", HOLE)
    event.listen(limited.database._counts, "before_cursor_execute", lambda *given: seen.append(given[2]))
    assert limited.post("/cases", HOLE).status_code == 201
    assert len(seen) == 2
    assert all("request_count" in statement for statement in seen)


def test_no_network_is_stored(limited):
    ask_to_log_in(limited.browser(), 1, address="192.0.2.77")
    with limited.database.reading() as session:
        keys = session.scalars(select(RequestCount.key)).all()
    assert len(keys) == 3
    assert not [key for key in keys if "192" in key and "77" in key and "." in key]


def _waits(web, address, times=1):
    counter = RequestCounter(web.database, web.settings.secret_key)
    return [counter.wait(*Limit.LOG_IN.value.buckets(address)) for _ in range(times)]
