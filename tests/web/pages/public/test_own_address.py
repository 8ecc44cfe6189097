"""Where mail goes is shown to the person who asked, who can put it right; a likely slip is asked about once."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.case import Case, case_to_change
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.history.outbox import OutboxEntry
from cases.parties import Party
from cases.refusals import NotAllowed
from cases.reporters.details import correct_own_address
from cases.reporters.protecting import set_protection
from cases.states import State
from notifications.deliveries import Address, Delivery, DeliveryLine, Outcome
from notifications.letters.rendering import LetterSettings, render
from notifications.letters.snapshot import read_snapshot
from notifications.planning.planning import plan_events

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


def plan(web):
    """Plan the letters about what has happened since, as the relay does."""
    with web.database.transaction() as session:
        planned = select(DeliveryLine.event_id)
        new = select(OutboxEntry.event_id).where(OutboxEntry.event_id.not_in(planned)).order_by(OutboxEntry.id)
        plan_events(session, session.scalars(new).all())


def mailed(web):
    """Return the address and the letter of each delivery that is left to send, as it would be sent now."""
    with web.database.reading() as session:
        found = session.scalars(select(Delivery).where(Delivery.outcome == Outcome.WAITING).order_by(Delivery.id)).all()
        snapshot = read_snapshot(session, found)
        letters = [render(snapshot, delivery, LetterSettings.of(web.settings)) for delivery in found]
        return [(letter.to_email, letter) for letter in letters]


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
    new = f"/arende/{web.house.case(ref).public_id}"
    assert (answer.status_code, answer.location) == (303, new)
    shown = browser.read(new)
    assert f"Vi mejlar till {RIGHT}." in shown
    assert "Sidan har fått en ny länk: spara den." in shown
    assert address_of(web, ref) == RIGHT
    with web.database.reading() as session:
        written = session.scalars(select(Event).order_by(Event.id.desc())).all()[:2]
    assert [(event.type, event.facts, event.actor) for event in written] == [
        ("case.key_replaced", {}, "reporter"),
        ("case.reporter_corrected", {"what": ["email"]}, "reporter"),
    ]


def test_the_link_in_the_wrong_mailbox_is_dead_and_the_right_one_gets_the_new_one(web):
    browser, ref, page = sent_here(web)
    old = page.rpartition("/")[2]
    plan(web)
    with web.database.transaction() as session:  # the receipt has reached a stranger
        session.execute(update(Delivery).values(outcome=Outcome.SENT, finished_at=datetime.now(UTC)))
    browser.send(f"{page}/adress", email=RIGHT)
    new = web.house.case(ref).public_id
    assert new != old
    stranger = visitor(web)
    for path in (f"/arende/{old}", f"/kvitto/{old}"):
        answer = stranger.get(path)
        assert (answer.status_code, new in answer.text, RIGHT in answer.text) == (404, False, False)
        assert new not in stranger.send(f"{path}/kommentar", text="Jag").headers.get("Location", "")
    plan(web)
    to, letter = mailed(web)[-1]
    assert (to, letter.subject) == (RIGHT, f"[{ref}] Vi har tagit emot ärendet och din nya adress")
    assert f"/arende/{new}" in letter.text
    assert old not in letter.text


def test_what_waited_for_the_wrong_address_goes_to_the_right_one_with_the_new_link(web):
    browser, ref, page = sent_here(web)
    old = page.rpartition("/")[2]
    plan(web)
    with web.database.transaction() as session:
        session.execute(update(Delivery).values(message=old.encode(), message_sha256="0" * 64))
    browser.send(f"{page}/adress", email=RIGHT)
    plan(web)
    with web.database.reading() as session:
        assert set(session.scalars(select(Delivery.message))) == {None}
    found, new = mailed(web), web.house.case(ref).public_id
    assert {to for to, _ in found} == {RIGHT}
    assert all(f"/arende/{new}" in letter.text and old not in letter.text for _, letter in found)


def test_what_was_sent_twice_and_the_old_pages_lead_this_browser_to_the_new_page_and_no_other(web):
    browser, first, other = visitor(web), stamp(web), stamp(web)
    form = {"title": "Lampan", "reach": WRONG}
    receipt = browser.send("/lamna", **form, stamp=first).location
    page, neighbour = receipt.replace("/kvitto/", "/arende/"), visitor(web)
    neighbour.send(f"{page}/kommentar", text="Jag har länken", stamp=other)
    browser.send(f"{page}/adress", email=RIGHT)
    with web.database.reading() as session:
        new = session.scalar(select(Case.public_id))
    again = [browser.send("/lamna", **form, stamp=one).location for one in (first, stamp(web))]
    assert again == [f"/kvitto/{new}", f"/kvitto/{new}"]
    assert [browser.get(path).location for path in (receipt, page)] == [f"/kvitto/{new}", f"/arende/{new}"]
    assert [neighbour.get(path).status_code for path in (receipt, page)] == [404, 404]
    repeated = neighbour.send(f"{page}/kommentar", text="Jag har länken", stamp=other)
    assert new not in repeated.headers.get("Location", "") + repeated.text
    browser.send(f"/arende/{new}/adress", email=WRONG)
    with web.database.reading() as session:
        newest = session.scalar(select(Case.public_id))
    assert [browser.get(path).location for path in (page, f"/arende/{new}")] == [f"/arende/{newest}"] * 2


def test_the_same_address_once_more_changes_nothing(sqlite_web):
    browser, _, page = sent_here(sqlite_web)
    answer = browser.send(f"{page}/adress", email=WRONG)
    assert answer.location == page
    assert "Det är den adress som vi redan har." in browser.read(page)


def test_who_corrects_again_and_again_cannot_fill_a_mailbox_nor_write_to_staff(sqlite_web):
    browser, _, page = sent_here(sqlite_web)
    staff = sqlite_web.house.actors["officer"].email
    for email in (RIGHT, WRONG, RIGHT, staff):
        page = browser.send(f"{page}/adress", email=email).location
        plan(sqlite_web)
        with sqlite_web.database.transaction() as session:
            waiting = update(Delivery).where(Delivery.outcome == Outcome.WAITING)
            session.execute(waiting.values(outcome=Outcome.SENT, finished_at=datetime.now(UTC)))
    with sqlite_web.database.reading() as session:
        rows = session.execute(
            select(Address.email, Delivery.outcome).join(Address).where(Delivery.letter == "new_key")
        )
        assert [(email, outcome) for email, outcome in rows] == [
            (RIGHT, Outcome.SENT),
            (WRONG, Outcome.SENT),
            (RIGHT, Outcome.SUPPRESSED),
            (staff, Outcome.SUPPRESSED),
        ]


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
