"""SECURITY 3, 6, 8: the quota of log-in letters, and the code beside the link."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import escape
from sqlalchemy import func, select, update
from support.houses.logging_in import CONTACT, ask, count, csrf, last_link, log_in, token_of_last_link, use
from support.houses.small_pages import words

from cases.access.codes import CROCKFORD, link_code, read_code
from cases.access.tokens import Link, WebSession
from cases.history.journal import Event
from cases.organisation.people import Person

NOBODY = "nobody@example.se"
ASKED = Event.type == "person.asked_for_link"


def code_of_last_link(web):
    return link_code(last_link(web), web.settings.secret_key)


def try_code(browser, code, token=None):
    return browser.post("/logga-in/kod", data={"csrf_token": token or csrf(browser), "code": code})


def elsewhere(number):
    """From a network of its own."""
    return {"environ_base": {"REMOTE_ADDR": f"203.0.113.{number + 1}"}}


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


@pytest.mark.parametrize(
    ("lang", "sent", "refused"),
    [
        ("sv", "leta först efter det", "Ett mejl till adressen begärdes nyss. Nästa kan skickas om 10 minuter."),
        ("en", "look for it first", "An e-mail to this address was asked for a moment ago."),
    ],
)
@pytest.mark.parametrize("email", [CONTACT, NOBODY])
def test_only_a_browser_that_asked_is_told_to_look_for_its_letter(web, email, lang, sent, refused):
    asked, other = web.browser(), web.browser()
    ask(asked, email)
    for browser in (asked, other):
        browser.get(f"/?lang={lang}")
    assert sent in words(ask(asked, email).text)
    assert 'name="code"' in ask(asked, email).text
    page = ask(other, email).text
    assert sent not in words(page)
    assert refused in words(page)
    assert 'name="code"' not in page
    assert 'class="ds-button" href="/logga-in"' not in page  # nor is it offered to ask for the same once more
    assert 'href="/logga-in">' not in page.split("<main")[1].split("</main>")[0]
    age_links(web, minutes=-11)  # as if the letter had been sent long before
    with web.database.transaction() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert 'name="code"' not in ask(asked, email).text  # it has no letter that works


@pytest.mark.parametrize("email", [CONTACT, NOBODY])
def test_who_has_spent_the_letters_of_a_day_is_told_so(web, email):
    for _ in range(5):
        ask(web.browser(), email)
        age_links(web, minutes=11)
    assert "Så många mejl till adressen har begärts att du behöver vänta" in words(ask(web.browser(), email).text)


@pytest.mark.parametrize("email", ["CONTACT@example.se", " Contact@Example.SE ", "contact@EXAMPLE.se"])
def test_however_it_is_spelled_an_address_has_one_quota(web, email):
    ask(web.browser())
    assert "Retry-After" in ask(web.browser(), email).headers


@pytest.mark.parametrize("email", ["contact+x@example.se", " CONTACT+zz@Example.SE ", "contact+x+y@example.se"])
def test_an_address_without_an_account_spends_nothing_of_its_owner(web, email):
    for number in range(5):
        assert "Retry-After" not in ask(web.browser(), email, **elsewhere(number)).headers
    assert count(web, Event, ASKED) == 0
    assert "Retry-After" in ask(web.browser(), email, **elsewhere(4)).headers  # it has a quota like any other
    assert "Retry-After" not in ask(web.browser()).headers
    assert count(web, Event, ASKED) == 1
    assert "Retry-After" not in ask(web.browser(), "contact+other@example.se").headers


def test_accounts_of_one_owner_share_a_quota(web):
    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("officer")).email = "contact+two@example.se"
    ask(web.browser(), "contact+two@example.se")
    assert "Retry-After" in ask(web.browser()).headers
    assert "Retry-After" not in ask(web.browser(), "contact+three@example.se").headers


def test_somebody_who_is_switched_off_has_no_account(web):
    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("officer")).email = "contact+two@example.se"
        session.get_one(Person, web.person_id("officer")).active = False
    ask(web.browser(), "contact+two@example.se")
    assert "Retry-After" not in ask(web.browser()).headers


def test_strangers_in_one_network_stop_nobody_elsewhere(web):
    for _ in range(5):
        assert "Retry-After" not in ask(web.browser(), **elsewhere(1)).headers
        age_links(web, minutes=11)
    assert "Retry-After" in ask(web.browser(), **elsewhere(1)).headers
    assert "Retry-After" not in ask(web.browser(), **elsewhere(2)).headers
    assert count(web, Event, ASKED) == 6


def test_a_network_is_what_rate_limits_count(web):
    ask(web.browser(), environ_base={"REMOTE_ADDR": "2001:db8:1:2::1"})
    assert "Retry-After" in ask(web.browser(), environ_base={"REMOTE_ADDR": "2001:db8:1:2::ffff"}).headers
    assert "Retry-After" not in ask(web.browser(), environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"}).headers


@pytest.mark.parametrize("email", [CONTACT, NOBODY])
def test_all_networks_together_cause_twenty_letters_a_day(web, email):
    known = log_in(web)  # one of the twenty
    said = [ask(web.browser(), email, **elsewhere(number)) for number in range(21)]
    waits = ["Retry-After" in answer.headers for answer in said]
    assert waits.index(True) == (19 if email == CONTACT else 20)
    assert waits[20]
    assert 23 * 3600 < int(said[20].headers["Retry-After"]) <= 24 * 3600
    assert "om 24 timmar" in words(said[20].text)
    assert "Retry-After" not in ask(known, CONTACT).headers  # outside both
    age_links(web, hours=24)
    assert "Retry-After" not in ask(web.browser(), email, **elsewhere(30)).headers


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
    for cookie in ("f" * 64, f"{'f' * 32}.1-{'f' * 64}", "x", ".", "\u0661" * 32, f"{'f' * 32}.{'9' * 13}-{'f' * 64}"):
        browser = web.browser()
        browser.set_cookie("ventil_known", cookie)
        assert "Retry-After" in ask(browser).headers
    known = log_in(web, web.browser(), **elsewhere(1))
    assert "Retry-After" not in ask(known, "officer@example.se").headers  # the first of that address, from anywhere
    assert "Retry-After" in ask(web.browser(), "officer@example.se").headers
    assert "Retry-After" in ask(known, "officer@example.se").headers  # whoever logged in here was somebody else


def test_each_browser_has_a_random_id_and_a_quota_of_its_own(web):
    first, second = log_in(web, **elsewhere(1)), log_in(web, **elsewhere(2))
    ids = [browser.get_cookie("ventil_known").value.partition(".")[0] for browser in (first, second)]
    assert len(set(ids)) == 2
    assert "Retry-After" not in ask(first).headers
    assert "Retry-After" in ask(first).headers
    assert "Retry-After" not in ask(second).headers


def log_in_as(web, browser, who):
    """Log somebody in from this browser, long after the letter before."""
    age_links(web, hours=24)
    ask(browser, f"{who}@example.se")
    assert use(browser, token_of_last_link(web)).status_code == 303


def test_a_shared_computer_knows_the_last_four_who_logged_in(web):
    browser, everybody = web.browser(), ["contact", "officer", "head", "member", "neighbour"]
    for who in everybody:
        log_in_as(web, browser, who)
        log_in_as(web, browser, who)  # once more is no other owner
    assert len(browser.get_cookie("ventil_known").value) < 500
    age_links(web, hours=24)
    for who in everybody:
        ask(web.browser(), f"{who}@example.se")
    waits = {who: "Retry-After" in ask(browser, f"{who}@example.se").headers for who in everybody}
    assert waits == {who: who == "contact" for who in everybody}


def test_whoever_logged_out_everywhere_is_known_nowhere(web):
    here, there, ours = log_in(web, **elsewhere(1)), log_in(web, **elsewhere(2)), web.browser()
    log_in_as(web, ours, "officer")
    here.post("/logga-ut/overallt", data={"csrf_token": csrf(here)})
    age_links(web, hours=24)
    ask(web.browser())
    assert "Retry-After" in ask(there).headers
    ask(web.browser(), "officer@example.se")
    assert "Retry-After" not in ask(ours, "officer@example.se").headers  # it is of another person
    log_in_as(web, there, "contact")
    ask(web.browser())
    assert "Retry-After" not in ask(there).headers


def test_after_a_year_a_browser_is_known_no_longer(web, monkeypatch):
    known = log_in(web, **elsewhere(1))
    ask(web.browser())
    later = datetime.now(UTC) + timedelta(days=366)
    monkeypatch.setattr("web.requests.identity.known_browsers.machine_now", lambda: later)
    assert "Retry-After" in ask(known).headers


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
        lives = {link.expires_at - link.made_at for link in session.scalars(select(Link))}
        assert lives == {timedelta(minutes=10)}
        session.execute(update(Link).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert try_code(browser, code_of_last_link(web)).status_code == 422
    assert count(web, WebSession) == 0


def test_after_five_tries_only_the_link_is_left(web):
    browser = web.browser()
    ask(browser)
    code, token = code_of_last_link(web), csrf(browser)
    answers = [try_code(browser, wrong(code), token) for _ in range(5)]
    assert {one.status_code for one in answers} == {422}
    assert "Titta på den en gång till" in words(answers[3].text)
    assert "Det är inte koden i mejlet, och du kan inte prova den fler gånger" in words(answers[-1].text)
    assert "Nu fungerar bara länken i mejlet" in words(answers[-1].text)
    assert "en gång till" not in words(answers[-1].text)
    assert f'value="{wrong(code)}"' in answers[-1].text  # what was typed stays
    last = try_code(browser, code, token)
    assert last.status_code == 422
    assert "Använd länken i mejlet" in words(last.text)
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
    assert sum("Det är inte koden i mejlet" in text for text in said) == 5
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


@pytest.mark.parametrize(("lang", "said"), [("sv", "Skriv koden"), ("en", "Type the code")])
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
        pages = [words(one.result().text) for one in sent if one.result().status_code == 422]
    assert statuses == [303] + [422] * 3
    assert count(web, WebSession) == 1
    assert all("Koden har redan använts. Om det var du som använde den nyss är du inloggad." in one for one in pages)
    assert last_link(web).tries == 1


@pytest.mark.parametrize(
    ("lang", "said"), [("sv", "Koden har redan använts."), ("en", "The code has been used already")]
)
def test_the_right_code_sent_twice_says_so_and_leads_on(web, lang, said):
    browser = web.browser()
    browser.get(f"/logga-in?next=/forum&lang={lang}")
    ask(browser)
    code, token = code_of_last_link(web), csrf(browser)
    for _ in range(4):
        try_code(browser, wrong(code), token)
    cookie = browser.get_cookie("ventil").value
    assert try_code(browser, code, token).location == "/forum"  # with the fifth and last try
    browser.set_cookie("ventil", cookie)  # as a double click sends it
    again = try_code(browser, code.lower(), token)
    assert again.status_code == 422
    assert said in words(again.text)
    assert 'href="/forum"' in again.text
    assert last_link(web).tries == 5
    assert said not in words(try_code(browser, wrong(code), token).text)


def test_so_does_the_button_of_the_link_pressed_twice(web):
    browser = web.browser()
    browser.get("/logga-in?next=/forum")
    ask(browser)
    cookie, link = browser.get_cookie("ventil").value, f"/logga-in/{token_of_last_link(web)}"
    form = {"csrf_token": csrf(browser)}
    assert browser.post(link, data=form).location == "/forum"
    assert "Du är inloggad. Fortsätt" in words(browser.get(link).text)
    browser.set_cookie("ventil", cookie)
    again = browser.post(link, data=form)
    assert again.status_code == 410
    assert "Länken har redan använts" in words(again.text)
    assert 'href="/forum"' in again.text


def test_a_code_sent_again_after_the_log_in_leads_on(web):
    browser = web.browser()
    ask(browser)
    code, token = code_of_last_link(web), csrf(browser)
    try_code(browser, code, token)
    again = try_code(browser, code, token)
    assert "Du är inloggad." in words(again.text)
    assert 'href="/min-sida"' in again.text


def test_the_tries_of_others_spend_no_code_of_a_known_browser(web):
    known = log_in(web)
    for number in range(3):
        browser = web.browser()
        ask(browser, **elsewhere(number))
        token = csrf(browser)
        for _ in range(5):
            try_code(browser, wrong(code_of_last_link(web)), token)
    ask(known)
    assert try_code(known, code_of_last_link(web)).status_code == 303


def test_the_code_of_somebody_switched_off_opens_nothing_and_is_not_used(web):
    browser = web.browser()
    ask(browser)
    with web.database.transaction() as session:
        session.get_one(Person, web.person_id("contact")).active = False
    assert "Det är inte koden i mejlet" in words(try_code(browser, code_of_last_link(web)).text)
    assert last_link(web).used_at is None


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


# --- what is typed ------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "said"), [("sv", "skriv den som namn@example.se"), ("en", "as name@example.se")])
@pytest.mark.parametrize(
    "typed", ["", "  ", "a,b@x", "contact@example.se.", "contact", "a@b@c.se", "contact@", "c <contact@example.se>"]
)
def test_what_is_no_mail_address_is_refused_beside_its_field(sqlite_web, typed, lang, said):
    browser = sqlite_web.browser()
    browser.get(f"/?lang={lang}")
    page = ask(browser, typed)
    assert page.status_code == 422
    assert f'id="email" name="email" value="{escape(typed)}"' in page.text
    assert words(page.text).count(said) == 2  # above the form, and beside the field
    assert count(sqlite_web, Link) == 0


def test_characters_that_cannot_be_stored_are_refused_and_not_dropped(sqlite_web):
    for typed in ("con\0tact@example.se", "contact@example.se\0"):
        page = ask(sqlite_web.browser(), typed)
        assert page.status_code == 422
        assert "tecken" in words(page.text)
    assert count(sqlite_web, Link) == 0


@pytest.mark.parametrize("email", ["anna@kommun.local", "anna@intern"])
def test_an_address_inside_the_own_network_is_one(sqlite_web, email):
    assert ask(sqlite_web.browser(), email).status_code == 200
