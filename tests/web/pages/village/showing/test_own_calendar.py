"""One's own calendar: days and meetings at a secret address that its owner replaces and removes."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select, text
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.access.calendar_address import CalendarAddress
from cases.handing_in import Reporter
from cases.history.journal import Event
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.people import Person
from cases.states import State
from cases.village.owing import open_case

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DUE = date(2026, 9, 1)
ADDRESS = re.compile(r'value="http[^"]*(/kalender/[a-z2-7]{26}\.ics(?:\?lang=en)?)"')


@pytest.fixture(autouse=True)
def tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


def address_of(web: Web, who: str, lang: str = "") -> str:
    """Let the person make an address, and return its path, which their account shows."""
    person = visitor(web, who)
    assert person.send("/konto/kalender").status_code == 303
    return str(ADDRESS.search(person.get(f"/konto{lang}").text).group(1))  # type: ignore[union-attr]


def entries(web: Web, path: str) -> dict[str, dict[str, str]]:
    """Return the entries of a calendar by title, read by a program that knows the standard."""
    answer = visitor(web).get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert all(len(line.encode()) <= 75 for line in answer.data.decode().split("\r\n"))
    found = {}
    for event in Calendar.from_ical(answer.data).walk("VEVENT"):
        found[str(event["SUMMARY"])] = {
            "on": event.decoded("DTSTART"),
            "uid": str(event["UID"]),
            "text": event.to_ical().decode(),
        }
    return found


def given_to_officer(web: Web, title: str, **asked: object) -> str:
    ref = web.house.hand_in(title, **asked)
    web.house.change(ref, State.ASSIGNED, by="contact", at=MONDAY, responsible="gata", officer="officer@example.se")
    web.house.change(ref, State.PLANNED, by="officer", at=MONDAY, due_on=DUE)
    return ref


def test_it_tells_what_is_due_to_me_and_my_meetings(web: Web) -> None:
    ref = given_to_officer(web, "Lampan är trasig")
    web.house.hand_in("Någon annans")
    with web.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2026, 4, 14), "Vårens forum", "Folkets hus"))
    found = entries(web, address_of(web, "officer"))
    assert list(found) == ["Senast i dag: Lampan är trasig"]
    [due] = found.values()
    assert due["on"] == DUE and f"/arenden/{ref}" in due["text"]
    assert list(entries(web, address_of(web, "representative"))) == ["Vårens forum"]
    assert list(entries(web, address_of(web, "officer", "?lang=en"))) == ["By today: Lampan är trasig"]
    web.house.change(ref, State.PLANNED, by="officer", at=NOW, due_on=date(2026, 10, 1), note="Senare")
    moved = entries(web, address_of(web, "officer"))["Senast i dag: Lampan är trasig"]
    assert (moved["on"], moved["uid"]) == (date(2026, 10, 1), due["uid"])
    web.house.change(ref, State.DONE, by="officer", at=NOW, note="Lagat")
    assert entries(web, address_of(web, "officer")) == {}


def test_it_tells_what_my_group_owes_and_nobody_elses(web: Web) -> None:
    web.house.sweep(MONDAY)
    with web.database.reading() as session:
        owed = open_case(session, "plan", "norrby")
        assert owed is not None
        day = web.database.calendar.day_of(owed.due_at)
    found = entries(web, address_of(web, "member"))
    assert {title: entry["on"] for title, entry in found.items()} == {f"Norrby, senast i dag: {owed.title}": day}
    assert not any("Norrby" in title for title in entries(web, address_of(web, "officer")))


def test_v35_a_case_of_protected_identity_has_its_number_there_and_no_word(web: Web) -> None:
    reporter = Reporter("Siv Kanariefågel", "siv@example.se", protected=True)
    ref = given_to_officer(web, "Kanariefågel bor här", reporter=reporter)
    path = address_of(web, "officer")
    assert list(entries(web, path)) == [f"Senast i dag: ärende {ref}"]
    assert "anarie" not in visitor(web).get(path).text


def test_an_address_is_replaced_and_removed_and_ends_with_its_owner(web: Web) -> None:
    first = address_of(web, "officer")
    second = address_of(web, "officer")
    assert visitor(web).get(first).status_code == 404
    assert visitor(web).get(second).status_code == 200
    officer = visitor(web, "officer")
    assert officer.send("/konto/kalender/avsluta").status_code == 303
    assert visitor(web).get(second).status_code == 404
    assert not ADDRESS.search(officer.get("/konto").text)
    third = address_of(web, "officer")
    with web.database.transaction() as session:
        session.execute(text("UPDATE person SET active = :off WHERE id = :id"),
                        {"off": False, "id": web.person_id("officer")})  # fmt: skip
    assert visitor(web).get(third).status_code == 404
    with web.database.reading() as session:
        kinds = session.scalars(select(Event.type).where(Event.type.like("person.calendar%")).order_by(Event.id)).all()
    assert kinds == [
        "person.calendar_made", "person.calendar_made", "person.calendar_removed", "person.calendar_made",
    ]  # fmt: skip


def test_only_the_owner_is_shown_the_address_and_the_database_has_none(sqlite_web: Web) -> None:
    token = address_of(sqlite_web, "officer").split("/")[-1].removesuffix(".ics")
    assert token not in visitor(sqlite_web, "admin").get("/konto").text
    with sqlite_web.database.reading() as session:
        [row] = session.scalars(select(CalendarAddress)).all()
        assert session.get_one(Person, row.person_id).email == "officer@example.se"
        assert token not in str(vars(row))
        assert token not in str(session.execute(text("SELECT facts FROM event")).all())


def test_no_shared_cache_keeps_it_and_a_program_that_has_it_gets_it_no_second_time(sqlite_web: Web) -> None:
    given_to_officer(sqlite_web, "Lampan är trasig")
    path = address_of(sqlite_web, "officer")
    answer = visitor(sqlite_web).get(path)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    has_it = visitor(sqlite_web).browser.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (has_it.status_code, has_it.data) == (304, b"")


def test_an_unknown_address_is_not_found(sqlite_web: Web) -> None:
    for token in ("a" * 26, "-", "None"):
        assert visitor(sqlite_web).get(f"/kalender/{token}.ics").status_code == 404
