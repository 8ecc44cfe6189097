"""Authorization of pages: each page as each kind of person, and what they read there."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from support.houses.small_pages import visitor

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.states import State
from notifications.reporters import set_protection

WHO = ("visitor", "neighbour", "member", "representative", "officer", "water_officer", "head", "contact", "admin")
LOG_IN, NO, NONE, YES = 303, 403, 404, 200
PAGES = {
    "/": (YES,) * 9,
    "/lamna": (YES,) * 9,
    "/sok?q=hål": (YES,) * 9,
    "/tillganglighet": (YES,) * 9,
    "/planer": (YES,) * 9,
    "/planer.csv": (YES,) * 9,
    "/planer.xlsx": (YES,) * 9,
    "/bygd/norrby": (YES,) * 9,
    "/bygd/norrby.atom": (YES,) * 9,
    "/bygd/norrby.ics": (YES,) * 9,
    "/statistik": (YES,) * 9,
    "/statistik.csv": (YES,) * 9,
    "/statistik.xlsx": (YES,) * 9,
    "/logga-in": (YES,) * 9,
    "/fortsatt": (LOG_IN, *(LOG_IN,) * 8),
    "/.well-known/security.txt": (YES,) * 9,
    "/lamna/flera": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/bygderna": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/bygderna/norrby/kontakt": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/bygderna/gata/kontakt": (LOG_IN, NO, NO, NO, *(NONE,) * 5),
    "/skrivbord": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/skrivbord/nasta?hog=inkommet": (LOG_IN, NO, NO, NO, *(LOG_IN,) * 5),  # on to a case or back to the desk
    "/arenden": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/arenden.csv": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/arenden.xlsx": (LOG_IN, NO, NO, NO, YES, YES, YES, YES, YES),
    "/enhet/gata": (LOG_IN, NONE, NONE, NONE, YES, YES, YES, YES, YES),
    "/enhet/norrby": (LOG_IN, NONE, YES, NONE, YES, YES, YES, YES, YES),
    "/plan/norrby": (YES,) * 9,
    "/plan/norrby.csv": (YES,) * 9,
    "/plan/norrby/utkast": (LOG_IN, NO, YES, NO, NO, NO, NO, YES, NO),
    "/plan/norrby/anta": (LOG_IN, NO, YES, NO, NO, NO, NO, YES, NO),
    "/plan/norrby/forankring": (LOG_IN, NO, YES, NO, NO, NO, NO, YES, NO),
    "/plan/norrby/gjort/1": (LOG_IN, NO, NONE, NO, NO, NO, NO, NONE, NO),
    "/plan/gata": (NONE,) * 9,
    "/platser/forum": (YES,) * 9,
    "/platser/gata": (NONE,) * 9,
    "/platser/forum/1/avsluta": (LOG_IN, NO, NO, NO, NO, NO, NO, NONE, NONE),
    "/ring": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/inkommet": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, YES),
    "/skrivbord/skrappost": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/undanlagt": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, YES),
    "/brevlada": (NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, YES),
    "/konto": (LOG_IN, *(YES,) * 8),
    "/konto/borta": (LOG_IN, *(YES,) * 8),
    "/utskick": (LOG_IN, *(YES,) * 8),
    "/forum": (YES,) * 9,
    "/forum.ics": (YES,) * 9,
    "/forum.ics?body=gata": (NONE,) * 9,
    "/forum?logga-in=1": (LOG_IN, *(YES,) * 8),
    "/forum/1": (YES,) * 9,
    "/forum/1?logga-in=1": (LOG_IN, *(YES,) * 8),
    "/forum/1/inbjudna": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, YES),
    "/forum/1/andra": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, YES),
    "/forum/1/dagordning": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/forum/1/skicka": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/forum/1/bordet": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/forum/1/justera": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/protokoll": (YES,) * 9,
    "/protokoll/1": (NONE,) * 9,
    "/arenden/{private}": (LOG_IN, NONE, YES, NONE, YES, YES, YES, YES, YES),
    "/arenden/{published}": (YES,) * 9,
    "/arenden/{private}/publicera": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/arenden/{private}/radera": (LOG_IN, NO, NO, NO, NO, NO, NO, YES, NO),
    "/arenden/2020-0001": (LOG_IN, *(NONE,) * 8),
    "/arende/{public_id}": (YES,) * 9,
    "/arende/{private}": (NONE,) * 9,
    "/kvitto/{public_id}": (YES,) * 9,
    "/kvitto/{private}": (NONE,) * 9,
    "/finns-inte": (NONE,) * 9,
}


@pytest.fixture
def town(sqlite_web):
    """The small municipality with a case of the group norrby, a published case and a meeting."""
    house = sqlite_web.house
    private = house.reach(State.ASSIGNED, by="member", group="norrby", title="Gatlyktan är trasig")
    published = house.reach(State.DONE, title="Hål i vägen", description="Ring mig: 070-123 45 67")
    with sqlite_web.database.transaction() as session:
        correction = Correction(published=True)
        by, at = house.actors["contact"], datetime(2026, 3, 3, tzinfo=UTC)
        correct(session, case_to_change(session, published), correction, by=by, at=at)
        plan_meeting(session, MeetingPlan(date(2027, 4, 14), "Vårens forum"))
    return {"private": private, "published": published, "public_id": house.case(private).public_id}


@pytest.mark.parametrize("path", PAGES)
def test_everybody_gets_what_the_table_says(sqlite_web, town, path):
    wanted = path.format(**town)
    got = tuple(visitor(sqlite_web, None if who == "visitor" else who).get(wanted).status_code for who in WHO)
    assert got == PAGES[path]


def test_every_page_without_arguments_is_in_the_table(sqlite_web):
    ours = {"login", "health", "static"}
    rules = [rule for rule in sqlite_web.app.url_map.iter_rules() if rule.endpoint.partition(".")[0] not in ours]
    shown = {str(rule) for rule in rules if "GET" in rule.methods and not rule.arguments}
    known = {path.partition("?")[0] for path in PAGES}
    assert {path for path in shown if not path.startswith("/api")} <= known


@pytest.mark.parametrize(("lang", "said"), [("sv", "Ingen fråga glöms bort"), ("en", "No question is forgotten")])
def test_the_overview_shows_what_is_published_and_nothing_else(sqlite_web, town, lang, said):
    page = visitor(sqlite_web).read(f"/?lang={lang}")
    assert said in page
    assert "Hål i vägen" in page
    assert "Gatlyktan" not in page


def test_a_published_case_is_masked_for_everybody(sqlite_web, town):
    page = visitor(sqlite_web).read(f"/arenden/{town['published']}")
    assert "Lagat" in page
    assert "070-123" not in page
    assert "rut@example.se" not in page


def test_what_was_taken_back_is_gone(sqlite_web, town):
    contact = visitor(sqlite_web, "contact")
    assert contact.send(f"/arenden/{town['published']}/avpublicera").status_code == 303
    assert visitor(sqlite_web).get(f"/arenden/{town['published']}").status_code == 410


@pytest.mark.parametrize("who", [None, "neighbour", "representative"])
def test_what_was_protected_is_like_what_never_was(sqlite_web, town, who):
    ref, by = town["published"], sqlite_web.house.actors["contact"]
    with sqlite_web.database.transaction() as session:
        set_protection(session, case_to_change(session, ref), True, "Ringde", by=by, at=datetime.now(UTC))
    browser, other = visitor(sqlite_web, who), "2026-9999"
    for path, is_sent in (("/arenden/{}", False), ("/arenden/{}/folj", True)):
        open_it = browser.send if is_sent else browser.get
        with time_machine.travel(datetime.now(UTC), tick=False):  # form tokens hold the second
            withdrawn, never = open_it(path.format(ref)), open_it(path.format(other))
        assert withdrawn.status_code == never.status_code in {303, 404}
        if not is_sent:
            without_id = [re.sub(r"[0-9a-f]{16}", "", page.text) for page in (withdrawn, never)]
            assert without_id[0].replace(ref, other) == without_id[1]
    assert sqlite_web.get(f"/cases/{ref}", by=who).status_code == 404


def test_a_visitor_searches_only_what_is_published(sqlite_web, town):
    assert "Gatlyktan" not in visitor(sqlite_web).read("/sok?q=gatlyktan")
    assert "Gatlyktan" in visitor(sqlite_web, "contact").read("/sok?q=gatlyktan")
    assert "Gatlyktan" not in visitor(sqlite_web, "neighbour").read("/sok?q=gatlyktan")


def test_a_reference_leads_a_visitor_to_the_published_case(sqlite_web, town):
    assert visitor(sqlite_web).get(f"/sok?q={town['published']}").location == f"/arenden/{town['published']}"


def test_the_house_is_named_on_every_page_and_a_demonstration_says_so(sqlite_web, town):
    assert "påhittat" not in visitor(sqlite_web).read("/")
    with sqlite_web.database.transaction() as session:
        from cases.organisation.municipality import municipality

        municipality(session).demonstration = True
    for path in ("/", "/lamna", "/tillganglighet", f"/arenden/{town['published']}"):
        assert "Det här är en demonstration. Kommunen är en påhittad kommun." in visitor(sqlite_web).read(path)
    assert "Demonstration" in visitor(sqlite_web).get("/finns-inte").text


def test_staff_see_when_the_clock_is_silent(sqlite_web):
    assert "Ventil har inte kontrollerat några datum" in visitor(sqlite_web, "officer").read("/skrivbord")
    assert "Ventil har inte kontrollerat några datum" not in visitor(sqlite_web).read("/")


def test_the_one_who_asked_reads_in_plain_words(sqlite_web, town):
    page = visitor(sqlite_web).read(f"/arende/{town['public_id']}")
    assert "Gata har fått ärendet." in page
    assert "Du skulle ha fått ett svar eller en plan senast" in page


def test_only_the_steps_that_one_may_take_are_shown(sqlite_web, town):
    officer = visitor(sqlite_web, "officer").get(f"/arenden/{town['private']}").text
    assert 'value="plan"' in officer
    assert 'value="park"' not in officer
    assert 'id="steg"' not in visitor(sqlite_web, "water_officer").get(f"/arenden/{town['private']}").text


def test_the_page_says_who_will_be_told(sqlite_web, town):
    assert "besked går till" in visitor(sqlite_web, "officer").read(f"/arenden/{town['private']}")
