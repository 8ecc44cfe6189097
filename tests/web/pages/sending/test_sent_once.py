"""One form makes one thing, however often and however fast it is sent."""

import io
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.case import Case
from cases.database.tables.sent_forms import SpentForm
from cases.files.attachments import Attachment
from cases.progress import WaitingFor
from cases.states import State
from web.pages.stamps import new_stamp

GOOD = {"title": "Lampan är släckt", "description": "Sedan i höst", "reach": "rut@example.se"}


def count(web, table=Case):
    with web.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_form_that_is_sent_twice_is_one_case_and_leads_to_its_receipt(web):
    browser, form = visitor(web), {"stamp": stamp(web), **GOOD}
    first, second, third = (browser.send("/lamna", **form) for _ in range(3))
    assert [answer.status_code for answer in (first, second, third)] == [303, 303, 303]
    assert first.location == second.location == third.location
    assert count(web) == 1
    assert "Tack. Vi har det." in browser.read(second.location)


def test_a_photo_that_is_sent_twice_is_one(sqlite_web):
    browser, shown = visitor(sqlite_web), stamp(sqlite_web)
    for _ in range(2):
        files = [(io.BytesIO(a_jpeg()), "lampa.jpg")]
        assert browser.send("/lamna", stamp=shown, **GOOD, files=files).status_code == 303
    assert (count(sqlite_web), count(sqlite_web, Attachment)) == (1, 1)


def test_two_at_the_same_moment_are_one_case(web):
    browser, form = visitor(web), {"stamp": stamp(web), **GOOD}
    body = {"csrf_token": browser.form_token(), **form}
    together, answers = threading.Barrier(4), []

    def send():
        other = web.app.test_client()
        other.set_cookie("ventil", browser.browser.get_cookie("ventil").value)
        together.wait()
        answers.append(other.post("/lamna", data=body))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.location for answer in answers}) == 1
    assert count(web) == 1


def test_somebody_who_has_the_form_but_not_the_browser_is_not_led_to_the_receipt(sqlite_web):
    form = {"stamp": stamp(sqlite_web), **GOOD}
    receipt = visitor(sqlite_web).send("/lamna", **form).location
    other = visitor(sqlite_web).send("/lamna", **form)
    assert other.status_code == 409
    assert receipt.rpartition("/")[2] not in other.text
    assert "Formuläret är redan skickat." in words(other.text)
    assert count(sqlite_web) == 1


def test_another_text_in_the_same_form_is_not_lost_but_asked_about(sqlite_web):
    browser, form = visitor(sqlite_web), {"stamp": stamp(sqlite_web), **GOOD}
    browser.send("/lamna", **form)
    other = browser.send("/lamna", **(form | {"description": "Nu är det bänken som är trasig"}))
    assert other.status_code == 409
    again = fields_of(other.text, "/lamna")
    assert again["description"] == ["Nu är det bänken som är trasig"]
    assert again["stamp"][0] != form["stamp"]
    assert count(sqlite_web) == 1


def test_a_refused_form_is_not_spent(sqlite_web):
    browser, shown = visitor(sqlite_web), stamp(sqlite_web)
    assert browser.send("/lamna", stamp=shown, **(GOOD | {"title": ""})).status_code == 422
    assert browser.send("/lamna", stamp=shown, **GOOD).status_code == 303
    assert count(sqlite_web) == 1


def test_the_same_words_in_a_form_that_was_opened_anew_lead_to_the_first_receipt(web):
    browser = visitor(web)
    first = browser.send("/lamna", stamp=stamp(web), **GOOD)
    again = browser.send("/lamna", stamp=stamp(web, seconds=0), **(GOOD | {"description": " Sedan  i höst "}))
    assert (again.status_code, again.location) == (303, first.location)
    with web.database.reading() as session:
        ref = session.scalar(select(Case.ref))
    assert f"Du har redan skickat det här: {ref}" in browser.read(again.location)
    assert count(web) == 1


def test_other_words_another_picture_or_another_browser_is_another_case(sqlite_web):
    browser = visitor(sqlite_web)

    def send(by=browser, size=(64, 32), **form):
        files = [(io.BytesIO(a_jpeg(size)), "lampa.jpg")]
        return by.send("/lamna", stamp=stamp(sqlite_web), **(GOOD | form), files=files).location

    first = send()
    assert send() == first
    others = [send(description="Nu vid bron"), send(size=(90, 90)), send(by=visitor(sqlite_web))]
    assert len({first, *others}) == count(sqlite_web) == 4


def test_words_that_come_back_without_their_picture_or_with_another_address_are_not_new(web):
    browser, files = visitor(web), [(io.BytesIO(a_jpeg()), "lampa.jpg")]
    first = browser.send("/lamna", stamp=stamp(web), **GOOD, files=files).location
    assert browser.send("/lamna", stamp=stamp(web), **GOOD).location == first
    assert browser.send("/lamna", stamp=stamp(web), **(GOOD | {"reach": "kim2@example.se"})).location == first
    assert count(web) == 1


def test_the_same_words_on_another_day_are_another_case(web):
    browser = visitor(web)
    first = browser.send("/lamna", stamp=stamp(web), **GOOD).location
    with web.database.transaction() as session:
        session.execute(update(SpentForm).values(made_at=datetime.now(UTC) - timedelta(days=1, minutes=1)))
    second = browser.send("/lamna", stamp=stamp(web), **GOOD).location
    third = browser.send("/lamna", stamp=stamp(web), **GOOD).location
    assert first != second == third
    assert count(web) == 2


def test_staff_send_once_too(sqlite_web):
    contact = visitor(sqlite_web, "contact")
    shown = fields_of(contact.get("/lamna/flera").text, "/lamna/flera")["stamp"]
    for _ in range(2):
        answer = contact.send("/lamna/flera", **{"title-0": "Ett", "channel": "meeting", "stamp": shown})
        assert answer.location == "/skrivbord"
    form = {"title": "Brunnen", "channel": "phone", "stamp": stamp(sqlite_web)}
    assert len({contact.send("/lamna", **form).location for _ in range(2)}) == 1
    assert count(sqlite_web) == 2


def test_a_comment_a_step_and_a_file_are_each_made_once(web):
    ref = web.house.reach(State.ASSIGNED)
    officer, before = visitor(web, "officer"), len(web.house.events(ref))
    page = officer.get(f"/arenden/{ref}").text
    for part, form in (
        ("kommentar", {"text": "Jag åker dit", "visibility": "participants"}),
        ("steg", {"step": "plan", "version": before + 1, "due_on": "2027-03-01"}),
        ("filer", {}),
    ):
        shown = fields_of(page, f"/arenden/{ref}/{part}")["stamp"]
        for _ in range(2):
            files = {"files": [(io.BytesIO(a_jpeg()), "a.jpg")]} if part == "filer" else {}
            answer = officer.send(f"/arenden/{ref}/{part}", **form, stamp=shown, **files)
            assert (answer.status_code, answer.location) == (303, f"/arenden/{ref}"), part
    types = [event.type for event in web.house.events(ref)][before:]
    assert sorted(set(types)) == sorted(types)
    assert {"case.commented", "case.planned", "case.attached"} <= set(types)


@pytest.mark.parametrize(
    ("state", "part", "field"), [("waiting", "kommentar", "text"), ("done", "inte-atgardat", "note")]
)
def test_what_the_one_who_asked_says_twice_is_said_once(sqlite_web, state, part, field):
    ref = sqlite_web.house.reach(State(state), at=datetime.now(UTC))
    path, browser = f"/arende/{sqlite_web.house.case(ref).public_id}", visitor(sqlite_web)
    shown = fields_of(browser.get(path).text, f"{path}/{part}")["stamp"]
    before = len(sqlite_web.house.events(ref))
    for _ in range(2):
        assert browser.send(f"{path}/{part}", **{field: "Vid bron"}, stamp=shown).status_code == 303
    assert len(sqlite_web.house.events(ref)) == before + 1


def test_two_forms_shown_at_the_same_moment_are_two(sqlite_web):
    with sqlite_web.app.app_context():
        assert new_stamp() != new_stamp()


ALREADY = "Det här har du redan skickat: det står i historiken."


def case_page(web, ref, who):
    """Return a browser of this person, and the path of the case's page for them; for None the page of who asked."""
    path = f"/arenden/{ref}" if who else f"/arende/{web.house.case(ref).public_id}"
    return visitor(web, who), path


@pytest.mark.parametrize("who", [None, "member", "officer"])
def test_a_comment_that_comes_back_in_a_new_form_is_not_said_twice_until_somebody_else_does_something(web, who):
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC), group="norrby")
    browser, path = case_page(web, ref, who)
    before = len(web.house.events(ref))

    def send(text):
        answer = browser.send(f"{path}/kommentar", text=text, stamp=stamp(web))
        assert (answer.status_code, answer.location) == (303, path)
        return ALREADY in browser.read(path), len(web.house.events(ref)) - before

    assert send("Den vid bron") == (False, 1)
    assert send("Den  vid bron ") == (True, 1)
    assert send("Och den vid ån") == (False, 2)
    assert send("Den vid bron") == (True, 2)
    web.house.comment(ref, "Vilken bro?", by="contact", at=datetime.now(UTC))
    assert send("Den vid bron") == (False, 4)
    assert case_page(web, ref, who)[0].send(f"{path}/kommentar", text="Den vid bron").status_code == 303
    assert len(web.house.events(ref)) - before == 5


def test_the_same_answer_to_another_question_is_another_answer(web):
    ref = web.house.reach(State.WAITING, at=datetime.now(UTC))
    browser, path = case_page(web, ref, None)
    for _ in range(2):
        for _ in range(2):
            browser.send(f"{path}/kommentar", text="Ja", stamp=stamp(web))
        assert ALREADY in browser.read(path)
        web.house.change(ref, State.WAITING, by="officer", waiting_for=WaitingFor("reporter"), note="Är det så?",
                         at=datetime.now(UTC))  # fmt: skip
    assert len(web.house.events(ref, "case.answered")) == 2


@pytest.mark.parametrize("who", [None, "member"])
def test_an_objection_that_comes_back_leads_to_the_first(web, who):
    ref = web.house.reach(State.DONE, at=datetime.now(UTC), group="norrby")
    browser, path = case_page(web, ref, who)
    part = "steg" if who else "inte-atgardat"
    form = {"note": "Den blinkar", "step": "contest", "version": web.house.case(ref).version}
    sent = form if who else {"note": form["note"]}
    for _ in range(2):
        assert browser.send(f"{path}/{part}", **sent, stamp=stamp(web)).status_code == 303
    assert ALREADY in browser.read(path)
    assert len(web.house.events(ref, "case.contested")) == 1


def test_a_question_that_comes_back_is_asked_once_and_the_same_step_after_another_is_taken(web):
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    officer, path = case_page(web, ref, "officer")

    def take(step, **more):
        form = {"step": step, "version": web.house.case(ref).version, "stamp": stamp(web)}
        assert officer.send(f"{path}/steg", **form, **more).status_code == 303
        return ALREADY in officer.read(path)

    question = {"waiting_for": "reporter", "note": "Vilken bro?"}
    assert [take("wait", **question), take("wait", **question)] == [False, True]
    assert len(web.house.events(ref, "case.waiting")) == 1
    ref = web.house.reach(State.ASSIGNED, at=datetime.now(UTC))
    officer, path = case_page(web, ref, "officer")
    day = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    assert [take("plan", due_on=day), take("start"), take("plan", due_on=day)] == [False, False, False]
    assert len(web.house.events(ref, "case.planned")) == 2
