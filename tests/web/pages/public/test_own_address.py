"""Where mail goes is shown to the one who asked, who can put it right; a likely slip is asked about once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.parties import Party
from cases.refusals import NotAllowed
from cases.reporters.details import correct_own_address
from cases.reporters.protecting import set_protection
from cases.states import State

WRONG, RIGHT = "anna@exampel.se", "anna@example.se"


def handed_in(web, reporter=None, state=State.RECEIVED):
    asked = Reporter(name="Anna", email=WRONG) if reporter is None else reporter
    ref = web.house.reach(state, reporter=asked, at=datetime.now(UTC))
    return ref, f"/arende/{web.house.case(ref).public_id}"


def sent_here(web, title="Lampan"):
    """Hand a case in with the wrong address; return the browser, the case's reference and the path of its page."""
    browser = visitor(web)
    receipt = browser.send("/lamna", title=title, reach=WRONG, stamp=stamp(web)).location
    with web.database.reading() as session:
        ref = session.scalar(select(Case.ref).where(Case.title == title))
    return browser, ref, receipt.replace("/kvitto/", "/arende/")


def address_of(web, ref):
    with web.database.reading() as session:
        return session.scalar(select(Party.email).join(Case, Case.reporter_id == Party.id).where(Case.ref == ref))


def test_receipt_and_own_page_say_where_mail_goes(sqlite_web):
    browser = visitor(sqlite_web)
    files = [(io.BytesIO(a_jpeg()), "a.jpg"), (io.BytesIO(a_jpeg()), "b.jpg")]
    form = {"title": "Lampan", "reach": RIGHT, "stamp": stamp(sqlite_web)}
    receipt = browser.read(browser.send("/lamna", **form, files=files).location)
    assert f"Vi mejlar till {RIGHT}. Spara länken. Mejlet kan dröja." in receipt
    assert "Bifogat 2 foton" in receipt
    assert "tio minuter" not in receipt
    _, page = handed_in(sqlite_web)
    elsewhere = visitor(sqlite_web).read(page)
    assert "Vi mejlar till a…@exampel.se." in elsewhere
    assert WRONG not in elsewhere


def test_the_one_who_asked_puts_the_address_right(web):
    browser, ref, page = sent_here(web)
    shown = fields_of(browser.get(page).text, f"{page}/adress")
    answer = browser.send(f"{page}/adress", stamp=shown["stamp"], email=f" {RIGHT} ")
    assert (answer.status_code, answer.location) == (303, page)
    assert f"Vi mejlar till {RIGHT}." in browser.read(page)
    assert address_of(web, ref) == RIGHT
    with web.database.reading() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert (event.type, event.facts, event.actor) == ("case.reporter_corrected", {"what": ["email"]}, "reporter")


def test_what_is_no_address_is_refused_beside_its_field_and_kept(sqlite_web):
    browser, ref, page = sent_here(sqlite_web)
    for typed in ("anna", ""):
        answer = browser.send(f"{page}/adress", email=typed)
        assert answer.status_code == 422
        assert fields_of(answer.text, f"{page}/adress")["email"] == [typed]
    assert address_of(sqlite_web, ref) == WRONG


def test_whoever_else_has_the_link_cannot_have_the_mail_sent_to_themselves(web):
    browser, ref, page = sent_here(web)
    for other in (visitor(web), visitor(web, "neighbour")):
        other.get(f"{page}".replace("/arende/", "/kvitto/"))
        assert f"{page}/adress" not in other.get(page).text
        assert other.send(f"{page}/adress", email=RIGHT).status_code in {403, 404}
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=1)):
        assert browser.send(f"{page}/adress", email=RIGHT).status_code == 403
    assert address_of(web, ref) == WRONG


@pytest.mark.parametrize("who", ["protected", "phone", "ended"])
def test_others_are_told_whom_to_ring_instead(sqlite_web, who):
    reporter = Reporter(phone="070-174 06 05") if who == "phone" else None
    ref, page = handed_in(sqlite_web, reporter, State.DECLINED if who == "ended" else State.RECEIVED)
    if who == "protected":
        with sqlite_web.database.transaction() as session:
            case = case_to_change(session, ref)
            set_protection(session, case, True, "Skyddad", by=sqlite_web.house.actors["contact"], at=datetime.now(UTC))
        assert WRONG not in visitor(sqlite_web).read(page)
    assert f"{page}/adress" not in visitor(sqlite_web).get(page).text
    assert visitor(sqlite_web).send(f"{page}/adress", email=RIGHT).status_code == 403


def test_nobody_else_may_do_it_in_that_way(sqlite_web):
    ref, _ = handed_in(sqlite_web)
    with sqlite_web.database.transaction() as session, pytest.raises(NotAllowed):
        officer = sqlite_web.house.actors["officer"]
        correct_own_address(session, case_to_change(session, ref), RIGHT, by=officer, at=datetime.now(UTC))


def test_a_likely_slip_is_asked_about_once_and_may_be_kept(sqlite_web):
    browser, form = visitor(sqlite_web), {"title": "Lampan", "reach": "anna@gmial.com", "stamp": stamp(sqlite_web)}
    asked = browser.send("/lamna", **form)
    assert asked.status_code == 422
    assert "Menade du anna@gmail.com?" in words(asked.text)
    again = fields_of(asked.text, "/lamna")
    assert (again["reach"], again["asked_about"]) == (["anna@gmial.com"], ["anna@gmial.com"])
    kept = browser.send("/lamna", **form, asked_about=again["asked_about"])
    assert kept.status_code == 303
    assert "Vi mejlar till anna@gmial.com." in browser.read(kept.location)


def test_the_question_comes_on_the_own_page_too(sqlite_web):
    browser, _, page = sent_here(sqlite_web)
    answer = browser.send(f"{page}/adress", email="anna@hotmial.com")
    assert answer.status_code == 422
    assert "Menade du anna@hotmail.com?" in words(answer.text)
    sent = browser.send(f"{page}/adress", email="anna@hotmial.com", asked_about="anna@hotmial.com")
    assert sent.status_code == 303


def test_a_personal_number_is_pointed_out_on_the_receipt(sqlite_web):
    browser = visitor(sqlite_web)
    form = {"title": "Min granne", "description": "Hen har 19121212-1212", "stamp": stamp(sqlite_web)}
    assert "Det verkar stå ett personnummer" in browser.read(browser.send("/lamna", **form).location)
    form = {"title": "Min granne", "description": "Ring 070-174 06 05", "stamp": stamp(sqlite_web)}
    assert "personnummer i det du skrev" not in browser.read(browser.send("/lamna", **form).location)
