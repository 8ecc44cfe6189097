"""Handing over: all open cases of somebody go to others, in one act and one letter; then they may be switched off."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from support.houses.small_pages import visitor
from support.letters.letter_answers import letters_to, send_all

from cases.case import Case
from cases.history.journal import Event
from cases.organisation.people import Person
from cases.states import State

COLLEAGUE, HEAD = "colleague@example.se", "head@example.se"


def held(web, count=3):
    return [web.house.reach(State.ASSIGNED, title=f"Lampa {n}", at=datetime.now(UTC)) for n in range(count)]


def page_of(web, who):
    return f"/personer/{web.person_id(who)}/lamna-over"


def officers(web):
    with web.database.reading() as session:
        rows = session.execute(select(Case.ref, Person.email).join(Person, Person.id == Case.officer_id))
        return dict(rows.all())


def test_all_cases_go_to_one_person_in_one_letter(web):
    refs = held(web)
    send_all(web)
    before = len(letters_to(web, "colleague"))
    head = visitor(web, "head")
    assert all(ref in head.get(page_of(web, "officer")).text for ref in refs)
    assert head.send(page_of(web, "officer"), to=COLLEAGUE).status_code == 303
    assert officers(web) == dict.fromkeys(refs, COLLEAGUE)
    send_all(web)
    assert len(letters_to(web, "colleague")) == before + 1
    assert "Inga öppna ärenden." in head.read(page_of(web, "officer"))


def test_each_case_may_go_to_somebody_else_and_the_others_stay(web):
    first, second, third = held(web)
    answer = visitor(web, "head").send(page_of(web, "officer"), **{f"to-{first}": COLLEAGUE, f"to-{second}": HEAD})
    assert answer.status_code == 303
    assert officers(web) == {first: COLLEAGUE, second: HEAD, third: "officer@example.se"}
    with web.database.reading() as session:
        [event] = session.scalars(select(Event).where(Event.type == "case.corrected", Event.stream == 1))
    assert event.facts == {"what": ["officer"]}
    assert event.person_id == web.person_id("head")


def test_an_admin_hands_over_and_switches_off_in_one(web):
    refs = held(web, 2)
    answer = visitor(web, "admin").send(page_of(web, "officer"), to=COLLEAGUE, switch_off="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/skrivbord")
    assert officers(web) == dict.fromkeys(refs, COLLEAGUE)
    with web.database.reading() as session:
        assert not session.get_one(Person, web.person_id("officer")).active
    assert visitor(web, "admin").get(page_of(web, "officer")).status_code == 404


def test_nobody_is_switched_off_who_still_holds_a_case_and_then_nothing_is_done(web):
    first, second = held(web, 2)
    answer = visitor(web, "admin").send(page_of(web, "officer"), **{f"to-{first}": COLLEAGUE, "switch_off": "1"})
    assert answer.status_code == 422
    assert "har kvar öppna ärenden eller uppdrag" in answer.text
    assert officers(web) == dict.fromkeys((first, second), "officer@example.se")


def test_a_head_switches_nobody_off(web):
    refs = held(web, 1)
    page = visitor(web, "head").get(page_of(web, "officer")).text
    assert 'name="switch_off"' not in page
    answer = visitor(web, "head").send(page_of(web, "officer"), to=COLLEAGUE, switch_off="1")
    assert answer.status_code == 403 or answer.status_code == 422
    assert officers(web) == dict.fromkeys(refs, "officer@example.se")


def test_somebody_without_a_role_in_the_unit_gets_nothing(web):
    held(web, 1)
    for typed in ({"to": "water_officer@example.se"}, {"to-2026-0001": "finns@inte.example"}):
        answer = visitor(web, "head").send(page_of(web, "officer"), **typed)
        assert answer.status_code == 422
    assert set(officers(web).values()) == {"officer@example.se"}


@pytest.mark.parametrize("who", ["officer", "contact", "member", "water_head"])
def test_others_hand_over_nothing_of_it(sqlite_web, who):
    refs = held(sqlite_web, 1)
    answer = visitor(sqlite_web, who).send(page_of(sqlite_web, "officer"), to=COLLEAGUE)
    assert answer.status_code == (422 if who == "water_head" else 403)
    assert officers(sqlite_web) == dict.fromkeys(refs, "officer@example.se")
    if who == "water_head":
        assert refs[0] not in visitor(sqlite_web, who).get(page_of(sqlite_web, "officer")).text


def test_a_case_that_ended_meanwhile_is_left_out(sqlite_web):
    first, second = held(sqlite_web, 2)
    with sqlite_web.database.transaction() as session:
        session.execute(text('UPDATE "case" SET officer_id = NULL WHERE ref = :ref'), {"ref": first})
    answer = visitor(sqlite_web, "head").send(
        page_of(sqlite_web, "officer"), **{f"to-{first}": COLLEAGUE, f"to-{second}": COLLEAGUE}
    )
    assert answer.status_code == 303
    assert officers(sqlite_web) == {second: COLLEAGUE}


def test_the_unit_leads_heads_and_admins_there(sqlite_web):
    path = page_of(sqlite_web, "officer")
    assert path in visitor(sqlite_web, "head").get("/enhet/gata").text
    assert path in visitor(sqlite_web, "admin").get("/enhet/gata").text
    assert path not in visitor(sqlite_web, "officer").get("/enhet/gata").text
    assert path not in visitor(sqlite_web, "water_head").get("/enhet/gata").text
