"""Nothing that somebody typed is lost: the form is there again, after a log-in too."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from markupsafe import escape
from sqlalchemy import func, select, text, update
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.access.tokens import WebSession
from cases.case import Case
from cases.database.tables.sent_forms import KeptForm
from cases.states import State

WROTE = "Jag har ringt Rut & <b>Nils</b>, de vill ha svar före jul"


@pytest.fixture
def officer(web):
    """An officer who is writing, and whose session has ended meanwhile."""
    browser = visitor(web, "officer")
    browser.form_token()
    with web.database.transaction() as session:
        session.execute(update(WebSession).values(ended_at=datetime.now(UTC)))
    return browser


def log_in(browser, who="officer"):
    web = browser.web
    with web.database.transaction() as session:
        session.execute(text("UPDATE house SET demonstration = true"))
    return browser.send("/demo-login", person=web.person_id(who))


def kept(web):
    with web.database.reading() as session:
        return session.scalar(select(func.count()).select_from(KeptForm))


@pytest.mark.parametrize(
    ("part", "form", "field"),
    [
        ("kommentar", {"text": WROTE, "visibility": "internal"}, "text"),
        ("steg", {"step": "plan", "version": "2", "note": WROTE, "due_on": "2027-05-05"}, "note"),
        ("ratta", {"title": WROTE}, "title"),
    ],
)
def test_the_form_of_somebody_whose_session_ended_is_there_after_the_log_in(web, officer, part, form, field):
    ref = web.house.reach(State.ASSIGNED)
    action = f"/arenden/{ref}/{part}"
    answer = officer.send(action, **form)
    assert answer.status_code == 401
    assert escape(WROTE) in answer.text
    assert 'href="/logga-in?next=/fortsatt"' in answer.text
    assert WROTE not in str(answer.headers)
    logged_in = log_in(officer)
    assert logged_in.location == "/fortsatt"
    page = officer.get("/fortsatt")
    again = fields_of(page.text, action)
    assert again[field] == [WROTE]
    assert "Det du skrev finns kvar" in words(page.text)
    if "step" in form:
        assert (again["step"], again["due_on"]) == (["plan"], ["2027-05-05"])
    assert officer.send(action, **(again | {"version": web.house.case(ref).version})).status_code == 303
    assert kept(web) == 0
    assert officer.get("/fortsatt").location != "/fortsatt"


def test_what_has_no_page_of_its_own_is_shown_all_the_same(sqlite_web):
    browser = visitor(sqlite_web)
    action = "/arenden/2020-0001/kommentar"
    assert browser.send(action, text=WROTE, visibility="participants").status_code == 401
    log_in(browser)
    again = fields_of(browser.get("/fortsatt").text, action)
    assert (again["text"], again["visibility"]) == ([WROTE], ["participants"])


def test_nobody_else_reads_what_was_kept(sqlite_web):
    browser, ref = visitor(sqlite_web, "officer"), sqlite_web.house.reach(State.ASSIGNED)
    browser.form_token()
    with sqlite_web.database.transaction() as session:
        session.execute(update(WebSession).values(ended_at=datetime.now(UTC)))
    browser.send(f"/arenden/{ref}/kommentar", text=WROTE)
    assert visitor(sqlite_web, "officer").get("/fortsatt").status_code == 303  # another browser
    log_in(browser, "contact")  # the same browser, another person
    assert browser.get("/fortsatt").status_code == 303


def test_what_was_kept_is_gone_after_two_hours(sqlite_web):
    browser, ref = visitor(sqlite_web), sqlite_web.house.reach(State.ASSIGNED)
    browser.send(f"/arenden/{ref}/kommentar", text=WROTE)
    with sqlite_web.database.transaction() as session:
        session.execute(update(KeptForm).values(made_at=datetime.now(UTC) - timedelta(hours=3)))
    assert log_in(browser).location != "/fortsatt"
    assert browser.get("/fortsatt").status_code == 303


def test_one_browser_keeps_one_form_and_a_house_not_too_many(sqlite_web, monkeypatch):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    browser = visitor(sqlite_web)
    for n in range(3):
        browser.send(f"/arenden/{ref}/kommentar", text=f"{WROTE} {n}")
    assert kept(sqlite_web) == 1
    monkeypatch.setattr("web.requests.kept_forms.MOST", 1)
    other = visitor(sqlite_web).send(f"/arenden/{ref}/kommentar", text=WROTE)
    assert (other.status_code, WROTE in words(other.text)) == (401, True)
    assert "Logga in i en annan flik" in words(other.text)
    assert kept(sqlite_web) == 1
    too_long = visitor(sqlite_web).send(f"/arenden/{ref}/kommentar", text="x" * 200_000)
    assert (too_long.status_code, "x" * 200_000 in too_long.text) == (401, True)


def test_the_key_to_what_was_kept_is_in_no_address_and_no_row(sqlite_web):
    browser, ref = visitor(sqlite_web), sqlite_web.house.reach(State.ASSIGNED)
    answer = browser.send(f"/arenden/{ref}/kommentar", text=WROTE)
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("ventil_form="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    secret = cookie.partition("=")[2].partition(";")[0]
    assert secret not in answer.text
    with sqlite_web.database.reading() as session:
        assert secret not in session.scalars(select(KeptForm.hash)).one()


def test_a_button_without_words_leads_to_the_log_in_as_before(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    answer = visitor(sqlite_web).send(f"/arenden/{ref}/publicera")
    assert (answer.status_code, kept(sqlite_web)) == (303, 0)


def test_without_the_cookie_the_form_is_there_with_a_new_token(web):
    shown = {"stamp": stamp(web), "title": "Lampan", "description": WROTE, "public": "1", "csrf_token": "x"}
    browser = visitor(web)
    answer = browser.browser.post("/lamna", data=shown)
    assert answer.status_code == 400
    again = fields_of(answer.text, "/lamna")
    assert (again["title"], again["description"], again["public"]) == (["Lampan"], [WROTE], ["1"])
    assert again["stamp"] == [shown["stamp"]]
    assert browser.browser.post("/lamna", data=again).status_code == 303
    with web.database.reading() as session:
        assert session.scalars(select(Case.title)).all() == ["Lampan"]


def test_files_are_asked_for_again_when_the_cookie_is_gone(sqlite_web):
    files = [(io.BytesIO(a_jpeg()), "a.jpg")]
    answer = visitor(sqlite_web).browser.post("/lamna", data={"title": "Lampan", "csrf_token": "x", "files": files})
    assert "välj filerna igen" in words(answer.text)


@pytest.mark.parametrize("part", ["kommentar", "steg"])
def test_a_form_of_a_case_is_there_again_without_the_cookie(sqlite_web, part):
    ref, officer = sqlite_web.house.reach(State.ASSIGNED), visitor(sqlite_web, "officer")
    form = {"text": WROTE, "step": "plan", "version": 2, "note": WROTE, "due_on": "2027-05-05"}
    answer = officer.browser.post(f"/arenden/{ref}/{part}", data=form)
    assert answer.status_code == 400
    again = fields_of(answer.text, f"/arenden/{ref}/{part}")
    assert WROTE in str(again)
    assert officer.browser.post(f"/arenden/{ref}/{part}", data=again).status_code == 303


def test_the_one_who_asked_has_their_words_again(sqlite_web):
    ref = sqlite_web.house.reach(State.WAITING)
    path, browser = f"/arende/{sqlite_web.house.case(ref).public_id}", visitor(sqlite_web)
    answer = browser.browser.post(f"{path}/kommentar", data={"text": WROTE})
    again = fields_of(answer.text, f"{path}/kommentar")
    assert again["text"] == [WROTE]
    assert browser.browser.post(f"{path}/kommentar", data=again).status_code == 303


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_cannot_have_its_words_shown_in_a_form(sqlite_web, headers):
    answer = visitor(sqlite_web).browser.post("/lamna", data={"title": "Ondska"}, headers=headers)
    assert answer.status_code == 403
    assert fields_of(answer.text, "/lamna") == {}


def test_a_browser_that_does_not_say_where_the_form_was_gets_it_only_to_read(sqlite_web):
    answer = visitor(sqlite_web).browser.post("/lamna", data={"title": "Lampan"}, headers={"Origin": "null"})
    assert answer.status_code == 400
    assert "Lampan" in answer.text
    assert fields_of(answer.text, "/lamna") == {}


def test_an_error_page_has_what_was_typed(sqlite_web):
    officer = visitor(sqlite_web, "officer")
    missing = officer.send("/arenden/2020-0001/kommentar", text=WROTE)
    assert (missing.status_code, WROTE in words(missing.text)) == (404, True)
    with sqlite_web.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE unit RENAME TO gone"))
    down = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), title="Lampan", description=WROTE)
    assert (down.status_code, WROTE in words(down.text)) == (503, True)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_sentence_is_in_both_languages(sqlite_web, language):
    browser = visitor(sqlite_web)
    browser.get(f"/?lang={language}")
    answer = browser.browser.post("/lamna", data={"title": "Lampan"})
    said = {"sv": "Det du skrev finns kvar", "en": "What you wrote is still here"}[language]
    assert said in words(answer.text)
