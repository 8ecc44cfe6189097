"""The forum's page: what comes on the agenda is said as it is, and meetings to come are apart from those held."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from support.houses.small_house import CALENDAR
from support.houses.small_pages import form_as_sent, visitor, words
from support.houses.statements import counted
from support.meetings.meeting_acts import MeetingActs

from cases.meetings.meeting import MeetingPlan, MeetingSort, plan_meeting
from cases.organisation.municipality import Municipality
from cases.organisation.units import Unit
from cases.village.forum.choosing import WantedItem
from web.current import today

NOW = datetime.now(UTC)
COMING = CALENDAR.day_of(NOW) + timedelta(days=60)


def test_meetings_to_come_stand_in_order_and_those_held_newest_first(web):
    with web.app.test_request_context():
        day = today()
    with web.database.transaction() as session:
        for away in (10, 40, 20, -30, -5):
            plan_meeting(session, MeetingPlan(day + timedelta(days=away), f"Möte {away}"))
    page = words(visitor(web, "contact").get("/forum").text)
    names = re.findall(r"Möte -?\d+", page[page.index("Fler kommande möten") :])
    assert names == ["Möte 20", "Möte 40", "Möte -5", "Möte -30"]
    assert page.index("Möte 40") < page.index("Hållna möten") < page.index("Möte -5")


def test_what_comes_on_the_agenda_is_said_as_it_is(web):
    page = visitor(web, "contact").read("/forum")
    assert "Det som väntar på forumet, och det som har varit försenat länge, oftast 20 arbetsdagar, föreslås" in page
    assert "Det som är försenat" not in page


def test_a_theme_meeting_before_the_ordinary_one_is_not_passed_over(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    meetings.call(COMING, "Vårens forum", at=NOW)
    assert "Nästa möte Vårens forum" in visitor(sqlite_web).read("/forum")
    meetings.call(COMING - timedelta(days=30), "Tema: bussar", sort=MeetingSort.THEME, at=NOW)
    page = visitor(sqlite_web).read("/forum")
    assert "Nästa ordinarie möte Vårens forum" in page
    assert page.index("Nästa möte Tema: bussar") < page.index("Nästa ordinarie möte")
    assert page.count("Tema: bussar") == 1


def test_a_meeting_is_called_by_the_form_with_guests_and_its_time(sqlite_web):
    contact = visitor(sqlite_web, "contact")
    form = form_as_sent(contact.get("/forum").text, "/forum") | {
        "sort": "theme", "held_on": "2027-04-14", "starts_at": "18.30", "name": "Tema: bussar", "theme": "Bussarna",
        "where": "Bygdegården", "guests": "gast@example.org\n member@example.se ",
    }  # fmt: skip
    answers = [contact.send("/forum", **form) for _ in range(2)]
    assert [answer.location for answer in answers] == ["/forum/1", "/forum/1"], "sent twice, it calls one meeting"
    page = contact.read("/forum/1")
    assert "Onsdag 14 april 2027 kl. 18.30, Bygdegården" in page
    assert "Temamöte · Bussarna" in page
    shown = sqlite_web.get("/meetings/1/agenda", by="contact").json
    assert {one["email"] for one in shown["invited"]} >= {"gast@example.org", "member@example.se"}
    assert "gast@example.org" not in visitor(sqlite_web, "representative").get("/forum/1").text


def test_the_next_meeting_of_each_body_that_meets_is_shown(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    with sqlite_web.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == "byggnamnd").values(meets="4,10"))
    contact = visitor(sqlite_web, "contact")
    assert "Byggnamnd Inget möte är planerat." in contact.read("/forum")
    meetings.call(COMING, "Nämndens möte", body="byggnamnd", at=NOW)
    meetings.call(COMING, "Vårens forum", at=NOW)
    page = contact.read("/forum")
    assert page.index("Nästa möte Vårens forum") < page.index("Nämnder och andra som möts Nämndens möte Byggnamnd ·")


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"starts_at": "halv sju"}, "Skriv tiden som 18.30."),
        ({"guests": "ingen adress"}, "adress"),
        ({"body": "norrby"}, "håller inga möten"),
        ({"name": ""}, "Ge mötet ett namn."),
    ],
)
def test_what_cannot_be_called_is_said_beside_its_field_and_nothing_is_lost(sqlite_web, form, says):
    given = {"held_on": "2027-04-14", "name": "Vårens forum", "where": "Bygdegården", **form}
    answer = visitor(sqlite_web, "contact").send("/forum", **given)
    assert (answer.status_code, says in words(answer.text)) == (422, True), words(answer.text)
    assert form_as_sent(answer.text, "/forum")["where"] == "Bygdegården"
    assert sqlite_web.get("/meetings").json["items"] == []


def test_the_form_is_for_those_who_may_call_a_meeting(sqlite_web):
    given = {"held_on": "2027-04-14", "name": "Vårens forum"}
    for who, status in (("officer", 403), ("member", 403), ("representative", 403), ("admin", 303), ("contact", 422)):
        assert ("Kalla till möte" in visitor(sqlite_web, who).read("/forum")) is (who in {"admin", "contact"}), who
        assert visitor(sqlite_web, who).send("/forum", **given).status_code == status, who
    with sqlite_web.database.transaction() as session:
        session.execute(update(Municipality).values(secretary_id=sqlite_web.house.unit_id("gata")))
    assert "Kalla till möte" in visitor(sqlite_web, "officer").read("/forum"), "the secretary calls meetings, too"
    assert visitor(sqlite_web, "officer").send("/forum", **given | {"name": "Höstens forum"}).status_code == 303


def test_an_agenda_shows_its_order_its_groups_and_what_is_proposed_by_why(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    number, first, second = meetings.call(COMING, at=NOW), meetings.waiting("Cykelväg"), meetings.waiting("Bussen")
    left = meetings.waiting("Skolan")
    meetings.put(number, WantedItem(topic="Trafiken"), WantedItem(case=first, under=1), WantedItem(case=second), at=NOW)
    for who in ("contact", "representative"):
        page = visitor(sqlite_web, who).read(f"/forum/{number}")
        assert page.index("Trafiken") < page.index(f"Cykelväg {first}") < page.index(f"Bussen {second}")
        assert "Hör till punkt 1" in page
        assert f"Föreslaget Väntar på forumet Skolan {left}" in page
    outsider = visitor(sqlite_web, "neighbour").read(f"/forum/{number}")
    assert not [title for title in ("Trafiken", "Cykelväg", "Skolan") if title in outsider]


def test_everybody_reads_an_agenda_that_is_sent_without_what_is_not_public(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    number, secret = meetings.call(COMING, "Vårens forum", at=NOW), meetings.waiting("Hemlig fråga")
    meetings.put(number, "# Välkomna", secret, at=NOW)
    for who in (None, "neighbour"):
        page = visitor(sqlite_web, who).read(f"/forum/{number}")
        assert "Dagordningen visas här när den har skickats." in page and "Välkomna" not in page
        assert "Dagordningen visas här när den har skickats." in visitor(sqlite_web, who).read("/forum")
    meetings.send(number, at=NOW)
    for who in (None, "neighbour"):
        page = visitor(sqlite_web, who).read(f"/forum/{number}")
        assert page.index("Välkomna") < page.index("Ett ärende som inte är publicerat")
        assert not [word for word in (secret, "Hemlig", "Väntar på forumet", "@example.se") if word in page]
    for path in ("/forum", f"/forum/{number}"):
        asked = visitor(sqlite_web).get(f"{path}?logga-in=1")
        assert (asked.status_code, asked.location.startswith("/logga-in")) == (303, True)
        assert visitor(sqlite_web, "representative").get(f"{path}?logga-in=1").status_code == 200


def test_eighty_items_take_no_more_than_eight_queries(sqlite_web):
    meetings = MeetingActs(sqlite_web.house)
    number, refs = meetings.call(COMING, at=NOW), [meetings.waiting(f"Fråga {n}") for n in range(40)]
    meetings.put(number, *refs, *(f"# Punkt {n}" for n in range(40)), at=NOW)
    meetings.waiting("En till")
    browser = visitor(sqlite_web, "contact")
    frame = queries(sqlite_web, browser, "/konto")
    own = queries(sqlite_web, browser, "/tillganglighet")
    taken = queries(sqlite_web, browser, f"/forum/{number}") - min(frame, own)
    assert taken <= 8, taken


def queries(web, browser, path):
    """Return how many statements the page takes, once it is warm."""
    browser.read(path)
    with counted(web.database) as sent:
        browser.read(path)
    return len(sent)
