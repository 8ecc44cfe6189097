"""The calendar of the meetings: its entries are those of the letters, change as meetings do, and are for everybody."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar, Event
from sqlalchemy import update
from support.houses.small_house import CALENDAR
from support.houses.small_pages import visitor
from support.meetings.meeting_acts import MeetingActs

from cases.meetings.meeting import MeetingSort
from cases.organisation.units import Unit
from cases.village.forum.convening.rearranging import Rearrangement, cancel_meeting, move_meeting
from notifications.letters.calendar_entry import meeting_uid

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)
BEGINS = datetime.combine(COMING, NOW.time().replace(hour=16, minute=30, second=0, microsecond=0), UTC)
PATH = "/forum.ics"


@pytest.fixture
def meetings(web) -> MeetingActs:
    return MeetingActs(web.house)


def entries(web, path: str = PATH) -> dict[str, Event]:
    """Return the entries of the calendar that a visitor fetches, by their name without what was cancelled."""
    answer = visitor(web).get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    found = Calendar.from_ical(answer.data).walk("VEVENT")
    assert len({str(one["UID"]) for one in found}) == len(found)
    return {str(one["SUMMARY"]).removeprefix("Inställt: "): one for one in found}


def rearranged(web, act, number, *given):
    with web.database.transaction() as session:
        act(session, number, *given, by=web.house.actors["contact"], at=NOW)


def test_line_13_the_meetings_are_in_the_calendar_with_time_or_all_day(web, meetings):
    with_time = meetings.call(COMING, "Forum", starts_at=BEGINS, where="Bygdegården", at=NOW)
    meetings.call(COMING, "Tema", sort=MeetingSort.THEME, theme="Bussen", at=NOW)
    found = entries(web)
    forum, theme = found["Forum"], found["Tema"]
    assert (forum.decoded("DTSTART"), forum.decoded("DTEND")) == (BEGINS, BEGINS + timedelta(hours=2))
    assert (str(forum["LOCATION"]), str(forum["STATUS"])) == ("Bygdegården", "CONFIRMED")
    assert (theme.decoded("DTSTART"), str(theme["DESCRIPTION"])) == (COMING, "Bussen")
    domain = web.settings.mail_from.rpartition("@")[2]
    assert str(forum["UID"]) == meeting_uid(with_time, domain), "as in the letters"
    assert str(forum["URL"]).endswith(f"/forum/{with_time}")
    assert visitor(web).get(f"/forum/{with_time}").status_code == 200, "whoever reads the calendar can open it"


def test_a_meeting_that_is_moved_or_cancelled_replaces_its_entry(web, meetings):
    number = meetings.call(COMING, at=NOW)
    first = entries(web)["Forum"]
    rearranged(web, move_meeting, number, Rearrangement(held_on=COMING + timedelta(days=7)))
    moved = entries(web)["Forum"]
    rearranged(web, cancel_meeting, number, "För få kan.")
    gone = entries(web)["Forum"]
    assert moved.decoded("DTSTART") == COMING + timedelta(days=7)
    assert len({str(one["UID"]) for one in (first, moved, gone)}) == 1
    assert first["SEQUENCE"] < moved["SEQUENCE"] < gone["SEQUENCE"]
    assert [str(one["STATUS"]) for one in (first, moved, gone)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert "LAST-MODIFIED" in gone
    told = meetings.house.events(meetings.home(number).ref, "meeting.cancelled")
    assert gone["SEQUENCE"] == told[0].id, "as in the letter about it"


def test_each_body_has_its_own_and_what_is_older_than_a_year_is_left_out(web, meetings):
    meetings.call(COMING, "Nämndens möte", body="byggnamnd", at=NOW)
    for days, name in ((-300, "I vintras"), (-366, "Förr")):
        meetings.call(CALENDAR.day_of(NOW) + timedelta(days=days), name, at=NOW)
    assert set(entries(web)) == {"I vintras"}
    assert set(entries(web, f"{PATH}?body=byggnamnd")) == {"Nämndens möte"}
    for unknown in ("gata", "finns-inte"):
        assert visitor(web).get(f"{PATH}?body={unknown}").status_code == 404
    with web.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "byggnamnd").values(active=False))
    assert visitor(web).get(f"{PATH}?body=byggnamnd").status_code == 404


def test_a_program_that_has_it_already_gets_it_no_second_time(web, meetings):
    number = meetings.call(COMING, at=NOW)
    browser, tag = visitor(web).browser, visitor(web).get(PATH).headers["ETag"]
    assert browser.get(PATH, headers={"If-None-Match": tag}).status_code == 304
    rearranged(web, move_meeting, number, Rearrangement(where="Skolan"))
    assert browser.get(PATH, headers={"If-None-Match": tag}).status_code == 200


def test_the_calendar_of_a_village_has_the_meetings_of_the_forum_once_and_no_others(web, meetings):
    number = meetings.call(COMING, at=NOW)
    meetings.call(COMING, "Nämndens möte", body="byggnamnd", at=NOW)
    rearranged(web, cancel_meeting, number, "För få kan.")
    found = entries(web, "/bygd/norrby.ics")
    assert "Nämndens möte" not in found
    assert found["Forum"] == entries(web)["Forum"]


def test_the_page_of_the_meetings_leads_to_the_calendar(web, meetings):
    meetings.call(COMING, "Nämndens möte", body="byggnamnd", at=NOW)
    for who in (None, "member", "contact"):
        page = visitor(web, who).get("/forum").text
        assert 'href="/forum.ics"' in page and 'href="/forum.ics?body=byggnamnd"' in page
    assert 'href="/forum.ics?lang=en"' in visitor(web).get("/forum?lang=en").text


def test_nothing_private_is_told(web, meetings):
    number = meetings.call(date(2027, 4, 14) if date(2027, 4, 14) > COMING else COMING, at=NOW)
    meetings.put(number, "# Hemlig punkt", at=NOW)
    rearranged(web, cancel_meeting, number, "Ordföranden är sjuk")
    body = visitor(web).get(PATH).text
    assert not [word for word in ("Hemlig", "sjuk", "@example.se") if word in body]
