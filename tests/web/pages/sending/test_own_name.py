"""A form is sent in the name of the one for whom it was opened: never as nobody's, and never in another's name."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text, update
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.access.tokens import WebSession
from cases.case import Case
from cases.files.attachments import Attachment
from cases.states import State
from web.requests.identity.sessions import open_session

FOR_SOMEBODY = {
    "title": "Hjälp med hemtjänsten",
    "description": "Ringde i morse",
    "name": "Rut Berg",
    "email": "rut@example.se",
    "phone": "0321-123 45",
    "group": "norrby",
    "channel": "phone",
    "responsible": "gata",
    "protected": "1",
}
LOGGED_OUT = "Du har blivit utloggad. Det du skrev sparas"
OF_ANOTHER = "När formuläret öppnades var du inte inloggad som du är nu."


def cases(web):
    with web.database.reading() as session:
        return session.scalars(select(Case).order_by(Case.id)).all()


def end_sessions(web):
    with web.database.transaction() as session:
        session.execute(update(WebSession).values(ended_at=datetime.now(UTC)))


def log_in(browser, who):
    with browser.web.database.transaction() as session:
        session.execute(text("UPDATE house SET demonstration = true"))
    return browser.send("/demo-login", person=browser.web.person_id(who))


def become(browser, who):
    """Another person logs in, in a way that leaves the browser's form tokens valid."""
    with browser.web.database.transaction() as session:
        browser.browser.set_cookie("ventil_login", open_session(session, browser.web.person_id(who), datetime.now(UTC)))


def opened(browser, path="/lamna", action="/lamna"):
    """The form as it was opened: its stamp, its form token, and its fields."""
    form = fields_of(browser.get(path).text, action)
    return {name: values for name, values in form.items() if name != "selected"}


@pytest.mark.parametrize("who", ["contact", "officer"])
@pytest.mark.parametrize("ended", ["by itself", "in another tab", "with all cookies"])
def test_what_staff_wrote_is_never_nobodys_case(web, who, ended):
    browser = visitor(web, who)
    form = opened(browser) | FOR_SOMEBODY
    if ended == "in another tab":
        browser.send("/logga-ut")
    else:
        end_sessions(web)
    if ended == "with all cookies":
        browser.browser.delete_cookie("ventil")
        browser.browser.delete_cookie("ventil_login")
    answer = browser.browser.post("/lamna", data=form | {"files": [(io.BytesIO(a_jpeg()), "a.jpg")]})
    assert answer.status_code == 401
    assert LOGGED_OUT in words(answer.text)
    assert cases(web) == []
    assert log_in(browser, who).location == "/fortsatt"
    again = fields_of(browser.get("/fortsatt").text, "/lamna")
    chosen = again.pop("selected")
    typed = {name: values[0] for name, values in again.items()}
    assert typed.items() >= {name: FOR_SOMEBODY[name] for name in FOR_SOMEBODY if name in typed}.items()
    assert {"phone", "norrby", "gata"} <= set(chosen)
    assert typed["protected"] == "1"
    assert len(again["staged"]) == 1
    sent = browser.browser.post("/lamna", data=FOR_SOMEBODY | again)
    assert sent.status_code == 303
    (case,) = cases(web)
    assert (case.channel, case.group_id) == ("phone", web.house.unit_id("norrby"))
    with web.database.reading() as session:
        reporter = session.get(Case, case.id).reporter
        assert (reporter.protected, reporter.email, reporter.phone) == (True, "rut@example.se", "0321-123 45")
        assert session.scalars(select(Attachment.name)).all() == ["a.jpg"]


def test_the_form_of_a_member_is_not_taken_as_a_visitors(sqlite_web):
    browser = visitor(sqlite_web, "member")
    form = opened(browser) | {"title": "Bryggan", "group": "norrby", "reach": "m@example.se"}
    end_sessions(sqlite_web)
    answer = browser.browser.post("/lamna", data=form)
    assert (answer.status_code, LOGGED_OUT in words(answer.text)) == (401, True)
    assert cases(sqlite_web) == []


def test_a_form_of_staff_without_its_stamp_is_known_by_its_fields(sqlite_web):
    answer = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **FOR_SOMEBODY)
    assert (answer.status_code, LOGGED_OUT in words(answer.text)) == (401, True)
    assert cases(sqlite_web) == []


def test_nobody_but_its_writer_reads_it_afterwards(sqlite_web):
    browser = visitor(sqlite_web, "contact")
    form = opened(browser) | FOR_SOMEBODY
    browser.send("/logga-ut")
    browser.browser.post("/lamna", data=form)
    log_in(browser, "officer")
    assert browser.get("/fortsatt").location != "/fortsatt"
    assert "Rut Berg" not in browser.browser.get("/fortsatt", follow_redirects=True).text


@pytest.mark.parametrize("how", [become, log_in])
def test_the_form_of_another_is_shown_before_it_is_sent(sqlite_web, how):
    browser = visitor(sqlite_web, "contact")
    form = opened(browser) | FOR_SOMEBODY
    how(browser, "officer")
    answer = browser.browser.post("/lamna", data=form | {"files": [(io.BytesIO(a_jpeg()), "a.jpg")]})
    assert answer.status_code == 409
    assert OF_ANOTHER in words(answer.text)
    assert cases(sqlite_web) == []
    again = fields_of(answer.text, "/lamna")
    assert (again["name"], again["email"], again["protected"]) == (["Rut Berg"], ["rut@example.se"], ["1"])
    assert browser.browser.post("/lamna", data=FOR_SOMEBODY | again).status_code == 303
    with sqlite_web.database.reading() as session:
        assert session.scalars(select(Attachment.name)).all() == ["a.jpg"]


def test_who_has_no_such_form_reads_what_was_in_it(sqlite_web):
    browser = visitor(sqlite_web, "contact")
    form = opened(browser) | FOR_SOMEBODY
    become(browser, "neighbour")
    answer = browser.browser.post("/lamna", data=form)
    assert answer.status_code == 409
    assert "Någon som får fylla i mer än du var inloggad när formuläret öppnades." in words(answer.text)
    assert all(FOR_SOMEBODY[name] in answer.text for name in ("title", "description", "name", "email", "phone"))
    assert fields_of(answer.text, "/lamna") == {}
    assert cases(sqlite_web) == []


@pytest.mark.parametrize(("reach", "field"), [("rut@example.se", "email"), ("0321-123 45", "phone")])
def test_a_form_that_was_opened_before_the_log_in_is_shown_with_all_its_words(sqlite_web, reach, field):
    browser = visitor(sqlite_web)
    form = opened(browser) | {"title": "Lampan", "reach": reach, "name": "Rut"}
    become(browser, "contact")
    answer = browser.browser.post("/lamna", data=form)
    assert (answer.status_code, OF_ANOTHER in words(answer.text)) == (409, True)
    again = fields_of(answer.text, "/lamna")
    assert (again["title"], again["name"], again[field]) == (["Lampan"], ["Rut"], [reach])


@pytest.mark.parametrize(
    ("part", "field", "who"),
    [
        ("kommentar", "text", "officer"),
        ("steg", "note", "officer"),
        ("ratta", "title", "officer"),
        ("den-som-fragade", "asker_why", "contact"),
        ("skydd", "protection_why", "contact"),
    ],
)
def test_no_form_of_a_case_is_sent_in_anothers_name(sqlite_web, part, field, who):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    browser, action = visitor(sqlite_web, who), f"/arenden/{ref}/{part}"
    form = opened(browser, f"/arenden/{ref}", action) | {field: "Jag har varit där"}
    before = len(sqlite_web.house.events(ref))
    become(browser, "head" if who == "officer" else "admin")
    answer = browser.browser.post(action, data=form)
    assert answer.status_code == 409
    assert "Jag har varit där" in answer.text
    assert len(sqlite_web.house.events(ref)) == before


def test_who_writes_by_a_private_link_needs_no_log_in(sqlite_web):
    ref = sqlite_web.house.reach(State.WAITING)
    path, browser = f"/arende/{sqlite_web.house.case(ref).public_id}", visitor(sqlite_web, "contact")
    form = opened(browser, path, f"{path}/kommentar") | {"text": "Vid bron"}
    end_sessions(sqlite_web)
    assert browser.browser.post(f"{path}/kommentar", data=form).status_code == 303
