"""Moving and cancelling a meeting on its page: each is told once, and what is refused is said beside its field."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import update
from support.houses.small_house import CALENDAR
from support.houses.small_pages import form_as_sent, visitor, words
from support.meetings.meeting_acts import MeetingActs

from cases.organisation.municipality import Municipality

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)
PAGE, MOVE, CANCEL = "/forum/1/andra", "/forum/1/flytta", "/forum/1/stall-in"


@pytest.fixture
def meetings(sqlite_web) -> MeetingActs:
    meetings = MeetingActs(sqlite_web.house)
    at = datetime.combine(COMING, time(17), UTC)
    assert meetings.call(COMING, "Vårens forum", where="Bygdegården", starts_at=at, at=NOW) == 1
    return meetings


def send(web, path, who="contact", **changed):
    browser = visitor(web, who)
    return browser.send(path, **form_as_sent(browser.get(PAGE).text, path) | changed)


def told(meetings, kind):
    return meetings.house.events(meetings.home(1).ref, kind)


def test_a_meeting_is_moved_with_its_place_and_a_reason_and_told_once(sqlite_web, meetings):
    later = COMING + timedelta(days=7)
    contact = visitor(sqlite_web, "contact")
    form = form_as_sent(contact.get(PAGE).text, MOVE) | {
        "held_on": later.isoformat(), "held_on-picked": "", "starts_at": "19.00", "where": "Skolan", "why": "Fullt",
    }  # fmt: skip
    assert [contact.send(MOVE, **form).location for _ in range(2)] == ["/forum/1"] * 2
    meeting = meetings.meeting(1)
    local = meeting.starts_at.astimezone(CALENDAR.zone)
    assert (meeting.held_on, f"{local:%H:%M}", meeting.where) == (later, "19:00", "Skolan")
    assert len(told(meetings, "meeting.moved")) == 1
    assert "Fullt" in contact.read(f"/arenden/{meetings.home(1).ref}")


def test_what_is_emptied_is_not_known_any_more(sqlite_web, meetings):
    assert send(sqlite_web, MOVE, starts_at="", where="").status_code == 303
    meeting = meetings.meeting(1)
    assert (meeting.held_on, meeting.starts_at, meeting.where) == (COMING, None, None)


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "Inget är ändrat än."),
        ({"held_on": "i höst"}, "Skriv dagen som"),
        ({"starts_at": "halv sju", "name": ""}, "Skriv tiden som 18.30."),
        ({"starts_at": "halv sju", "name": ""}, "Ge mötet ett namn."),
        ({"held_on": "2199-01-01"}, "2036"),
    ],
)
def test_what_cannot_be_moved_is_said_beside_its_field_and_nothing_is_lost(sqlite_web, meetings, form, says):
    answer = send(sqlite_web, MOVE, **form | {"why": "Fullt"} if form else {})
    assert (answer.status_code, says in words(answer.text)) == (422, True), words(answer.text)
    assert form_as_sent(answer.text, MOVE)["why"] == ("Fullt" if form else "")
    assert told(meetings, "meeting.moved") == []


def test_a_meeting_is_cancelled_with_a_reason_and_one_confirmation(sqlite_web, meetings):
    refused = send(sqlite_web, CANCEL, **{"cancel-why": "För få kan."})
    assert (refused.status_code, "Kryssa i att mötet ska ställas in." in words(refused.text)) == (422, True)
    assert 'href="#cancel-sure"' in refused.text
    assert form_as_sent(refused.text, CANCEL)["cancel-why"] == "För få kan."
    refused = send(sqlite_web, CANCEL, **{"cancel-sure": "1"})
    assert (refused.status_code, 'href="#cancel-why"' in refused.text) == (422, True)
    done = send(sqlite_web, CANCEL, **{"cancel-why": "För få kan.", "cancel-sure": "1"})
    assert done.location == "/forum/1"
    for who in (None, "contact", "representative"):
        assert "Mötet är inställt." in visitor(sqlite_web, who).read("/forum/1")
    assert len(told(meetings, "meeting.cancelled")) == 1
    contact = visitor(sqlite_web, "contact")
    assert "Inställda möten Vårens forum" in contact.read("/forum")
    assert PAGE not in contact.get("/forum/1").text
    assert contact.send(CANCEL, **{"cancel-why": "Igen", "cancel-sure": "1"}).status_code == 409


def test_only_who_may_call_a_meeting_moves_and_cancels_it(sqlite_web, meetings):
    for who, status in (("officer", 403), ("member", 403), ("representative", 403), ("contact", 200), ("admin", 200)):
        assert visitor(sqlite_web, who).get(PAGE).status_code == status, who
        assert (PAGE in visitor(sqlite_web, who).get("/forum/1").text) is (status == 200), who
        for path in (MOVE, CANCEL):
            assert (visitor(sqlite_web, who).send(path).status_code == 403) is (status == 403), (who, path)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Municipality).values(secretary_id=sqlite_web.house.unit_id("gata")))
    assert visitor(sqlite_web, "officer").get(PAGE).status_code == 200
    assert visitor(sqlite_web, "contact").get("/forum/9/andra").status_code == 404
