"""SECURITY 3, 6, 8: the quota of log-in letters, and the code beside the link."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from support.houses.logging_in import CONTACT, ask, count, csrf, last_link, log_in, token_of_last_link, use
from support.houses.small_pages import words

from cases.access.codes import CROCKFORD, link_code, read_code
from cases.access.tokens import Link, WebSession
from cases.history.journal import Event

NOBODY = "nobody@example.se"
ASKED = Event.type == "person.asked_for_link"


def code_of_last_link(web):
    return link_code(last_link(web), web.settings.secret_key)


def try_code(browser, code, token=None):
    return browser.post("/logga-in/kod", data={"csrf_token": token or csrf(browser), "code": code})


def wrong(code):
    """Another code of the same form."""
    return ("0" if code[0] != "0" else "1") + code[1:]


def age_links(web, **ago):
    """Let all links have been made that long ago."""
    with web.database.transaction() as session:
        for link in session.scalars(select(Link)):
            link.made_at -= timedelta(**ago)


# --- the quota ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_page_says_when_no_letter_goes_out_to_known_and_unknown_alike(web, lang):
    web.browser().get(f"/?lang={lang}")
    said = {}
    for email in (CONTACT, NOBODY):
        browser = web.browser()
        browser.get(f"/?lang={lang}")
        answers = [ask(browser, email) for _ in range(2)]
        assert [one.status_code for one in answers] == [200, 200]
        assert "Retry-After" not in answers[0].headers
        assert 590 <= int(answers[1].headers["Retry-After"]) <= 600
        said[email] = [re.sub(r'value="[^"]{40,}"', "", one.text) for one in answers]
    assert said[CONTACT] == said[NOBODY]
    assert {"sv": "Nästa kan skickas om 10 minuter.", "en": "can be sent in 10 minutes."}[lang] in words(
        said[NOBODY][1]
    )
    assert count(web, Event, ASKED) == 1


def test_five_letters_a_day_and_the_page_says_when_the_next_may_go(web):
    for _ in range(5):
        assert "Retry-After" not in ask(web.browser()).headers
        age_links(web, minutes=11)
    last = ask(web.browser())
    assert 23 * 3600 <= int(last.headers["Retry-After"]) <= 24 * 3600 - 5 * 660
    assert "om 24 timmar" in words(last.text)
    assert count(web, Event, ASKED) == 5
    age_links(web, hours=23, minutes=10)
    assert "Retry-After" not in ask(web.browser()).headers


@pytest.mark.parametrize("email", ["contact+x@example.se", "CONTACT@example.se", " contact+y+z@Example.SE "])
def test_plus_addresses_share_the_quota_of_their_owner(web, email):
    ask(web.browser())
    assert "Retry-After" in ask(web.browser(), email).headers


def test_what_others_ask_for_stops_nobody_who_has_logged_in_from_this_browser(web):
    own = log_in(web)
    own.post("/logga-ut", data={"csrf_token": csrf(own)})
    for _ in range(5):
        age_links(web, minutes=11)
        ask(web.browser())
    assert "Retry-After" in ask(web.browser()).headers
    asked = count(web, Event, ASKED)
    assert "Retry-After" not in ask(own).headers
    assert count(web, Event, ASKED) == asked + 1
    assert "Retry-After" in ask(own).headers  # it has a quota too
    assert use(own, token_of_last_link(web)).status_code == 303


def test_a_browser_cannot_say_by_itself_that_it_is_known(web):
    ask(web.browser())
    browser = web.browser()
    browser.set_cookie("ventil_known", "f" * 64)
    assert "Retry-After" in ask(browser).headers
    other = log_in(web, web.browser())
    with web.database.transaction() as session:
        session.execute(update(Link).values(made_at=Link.made_at))
    assert "Retry-After" not in ask(other, "officer@example.se").headers  # the first of that address, from anywhere
    assert "Retry-After" in ask(web.browser(), "officer@example.se").headers


def test_many_who_ask_at_once_get_one_letter(web):
    browsers = [web.browser() for _ in range(6)]
    forms = [{"csrf_token": csrf(browser), "email": CONTACT} for browser in browsers]
    with ThreadPoolExecutor(6) as pool:
        sent = [pool.submit(one.post, "/logga-in", data=form) for one, form in zip(browsers, forms, strict=True)]
        waits = ["Retry-After" in one.result().headers for one in sent]
    assert sorted(waits) == [False] + [True] * 5
    assert count(web, Event, ASKED) == 1


# --- the code -----------------------------------------------------------------------------------


def test_a_code_has_forty_bits_and_no_sign_that_is_misread(web):
    codes = set()
    for n in range(20):
        ask(web.browser(), f"nobody{n}@example.se")
        codes.add(code_of_last_link(web))
    assert len(codes) == 20
    assert all(re.fullmatch(f"[{CROCKFORD}]{{4}}-[{CROCKFORD}]{{4}}", code) for code in codes)
    assert not set("ILOU") & set(CROCKFORD)
    assert len(CROCKFORD) ** 8 == 2**40


@pytest.mark.parametrize("typed", ["7kq2m0xd", " 7KQ2 - MOXD ", "7kq2\u2013moxd", "7KQ2\u00a0M0XD", "7kq2-m0xd\n"])
def test_a_code_is_read_as_people_type_it(typed):
    assert read_code(typed) == "7KQ2M0XD"
    assert read_code("ilIL-OoOo") == "11110000"


def test_the_code_logs_in_once_and_leads_where_one_wanted(web):
    browser = web.browser()
    browser.get("/logga-in?next=/forum")
    ask(browser)
    code, token = code_of_last_link(web), csrf(browser)
    assert try_code(browser, code.lower().replace("-", " "), token).location == "/forum"
    assert count(web, WebSession) == 1
    other = web.browser()
    assert try_code(other, code).status_code == 422
    assert use(browser, token_of_last_link(web)).status_code == 410


def test_the_code_is_taken_only_in_the_browser_that_asked(web):
    ask(web.browser())
    answer = try_code(web.browser(), code_of_last_link(web))
    assert answer.status_code == 422
    assert "begärd i en annan webbläsare" in words(answer.text)
    assert count(web, WebSession) == 0
    assert last_link(web).tries == 0  # others cannot spend the tries


def test_the_code_of_another_letter_opens_nothing(web):
    browser = web.browser()
    ask(web.browser(), "officer@example.se")
    foreign = code_of_last_link(web)
    ask(browser)
    assert try_code(browser, foreign).status_code == 422
    assert count(web, WebSession) == 0


def test_with_two_addresses_asked_for_the_code_of_either_is_taken(web):
    browser = web.browser()
    ask(browser)
    code = code_of_last_link(web)
    ask(browser, "contatc@example.se")
    assert try_code(browser, code).status_code == 303


def test_a_code_dies_after_ten_minutes_and_for_nobody_it_never_lived(web):
    browser = web.browser()
    ask(browser, NOBODY)
    assert try_code(browser, code_of_last_link(web)).status_code == 422
    ask(browser)
    with web.database.transaction() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert try_code(browser, code_of_last_link(web)).status_code == 422
    assert count(web, WebSession) == 0


def test_after_five_tries_only_the_link_is_left(web):
    browser = web.browser()
    ask(browser)
    code, token = code_of_last_link(web), csrf(browser)
    answers = [try_code(browser, wrong(code), token) for _ in range(5)]
    assert {one.status_code for one in answers} == {422}
    assert "Det är inte koden i brevet" in words(answers[-1].text)
    assert f'value="{wrong(code)}"' in answers[-1].text  # what was typed stays
    last = try_code(browser, code, token)
    assert last.status_code == 422
    assert "Använd länken i brevet" in words(last.text)
    assert use(browser, token_of_last_link(web)).status_code == 303


def test_ten_tries_a_day_for_an_address_however_many_letters(web):
    for _ in range(2):
        browser = web.browser()
        ask(browser)
        token = csrf(browser)
        for _ in range(5):
            try_code(browser, wrong(code_of_last_link(web)), token)
        age_links(web, minutes=11)
    browser = web.browser()
    ask(browser)
    assert try_code(browser, code_of_last_link(web)).status_code == 422
    assert last_link(web).tries == 0
    age_links(web, hours=24)
    assert try_code(browser, code_of_last_link(web)).status_code == 303


def test_an_unknown_address_spends_the_same_and_reads_the_same(web):
    said = {}
    for email in (CONTACT, NOBODY):
        browser = web.browser()
        ask(browser, email)
        token = csrf(browser)
        answers = [try_code(browser, "0000-0000", token) for _ in range(7)]
        said[email] = [(one.status_code, re.sub(r'value="[^"]{40,}"', "", one.text)) for one in answers]
    assert said[CONTACT] == said[NOBODY]
    with web.database.reading() as session:
        assert set(session.scalars(select(Link.tries))) == {5}


def test_many_tries_at_once_do_not_pass_the_limit(web):
    browser = web.browser()
    ask(browser)
    form = {"csrf_token": csrf(browser), "code": "0000-0000"}
    cookie = browser.get_cookie("ventil").value
    browsers = [web.browser() for _ in range(12)]
    for one in browsers:
        one.set_cookie("ventil", cookie)
    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(one.post, "/logga-in/kod", data=form) for one in browsers]
        said = [words(one.result().text) for one in sent]
    assert sum("Det är inte koden i brevet" in text for text in said) == 5
    with web.database.reading() as session:
        assert session.scalar(select(func.sum(Link.tries))) == 5


def test_the_field_is_fit_for_a_phone_and_needs_no_script(sqlite_web):
    browser = sqlite_web.browser()
    page = ask(browser).text
    field = re.search(r'<input[^>]*name="code"[^>]*>', page)[0]
    for needed in ('autocomplete="one-time-code"', 'autocapitalize="characters"', 'inputmode="text"'):
        assert needed in field
    assert 'action="/logga-in/kod"' in page
    assert browser.get("/logga-in/kod").status_code == 200


@pytest.mark.parametrize(("lang", "said"), [("sv", "skriv koden"), ("en", "type the code")])
def test_a_link_opened_elsewhere_says_what_to_do(sqlite_web, lang, said):
    ask(sqlite_web.browser())
    there = sqlite_web.browser().get(f"/logga-in/{token_of_last_link(sqlite_web)}?lang={lang}")
    assert there.status_code == 410
    assert said in words(there.text)
    assert code_of_last_link(sqlite_web) not in there.text


def test_no_code_is_stored(web):
    ask(web.browser())
    link, code = last_link(web), read_code(code_of_last_link(web))
    assert code not in "".join(str(value).upper() for value in vars(link).values())


def test_the_right_code_sent_many_times_at_once_opens_one_session(web):
    browser = web.browser()
    ask(browser)
    form = {"csrf_token": csrf(browser), "code": code_of_last_link(web)}
    cookie = browser.get_cookie("ventil").value
    browsers = [web.browser() for _ in range(4)]
    for one in browsers:
        one.set_cookie("ventil", cookie)
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(one.post, "/logga-in/kod", data=form) for one in browsers]
        statuses = sorted(one.result().status_code for one in sent)
    assert statuses == [303] + [422] * 3
    assert count(web, WebSession) == 1


def test_link_and_codes_sent_at_once_never_wait_for_each_other(web):
    browser = web.browser()
    ask(browser)
    token, code = csrf(browser), code_of_last_link(web)
    cookie = browser.get_cookie("ventil").value
    paths = [f"/logga-in/{token_of_last_link(web)}", "/logga-in/kod"] * 4
    browsers = [web.browser() for _ in paths]
    for one in browsers:
        one.set_cookie("ventil", cookie)
    with ThreadPoolExecutor(8) as pool:
        form = {"csrf_token": token, "code": code}
        sent = [pool.submit(one.post, path, data=form) for one, path in zip(browsers, paths, strict=True)]
        statuses = [one.result().status_code for one in sent]
    assert set(statuses) <= {303, 410, 422}
    assert statuses.count(303) == 1
    assert count(web, WebSession) == 1
