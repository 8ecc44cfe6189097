"""The feeds of a village are what programs can read, tell only what is public, and are sent once."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.statements import counted
from support.plans.plan_acts import AREAS, ASKED, JOINT, OWN, WHOLE, PlanActs

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.history.words import Visibility
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.places import Place
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.owing import open_case
from cases.village.plans.anchoring import AnchoringShown, show_anchoring
from cases.village.plans.records.anchoring import AnchoringKind

NEWS, DAYS = "/bygd/norrby.atom", "/bygd/norrby.ics"
LATER = datetime(2026, 3, 20, 10, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
SECRET = "Kanariefågel"
LONG = "Vägbelysningsunderhåll; se \\ den, som står\nvid skolan " * 3
MOST_QUERIES = 8


@pytest.fixture
def plan(sqlite_web) -> Iterator[PlanActs]:
    """The plan of norrby, adopted on a Monday in March; some weeks later is the present."""
    plan = PlanActs(sqlite_web.house)
    with sqlite_web.database.transaction() as session:
        place = session.query(Place).where(Place.slug == "norrby").one()
        unit_named(session, "norrby").place_id = place.id
        plan_meeting(session, MeetingPlan(date(2026, 4, 14), LONG, "Folkets hus"))
    plan.house.sweep(MONDAY)
    plan.adopted(replace(WHOLE, items=(OWN, replace(JOINT, place="soderby"), ASKED)))
    said = {"done_on": date(2026, 3, 10), "done_by": "Siv, siv@example.se", "note": "Målad. Ring 070-174 06 05"}
    plan.house.change(plan.named(OWN.title).case, State.DONE, by="member", at=LATER - timedelta(days=1), **said)
    plan.house.change(
        plan.named(ASKED.title).case, State.PLANNED, by="contact", at=MONDAY, due_on=date(2026, 9, 1), note="I höst"
    )
    plan.house.sweep(MONDAY + timedelta(days=1))
    with time_machine.travel(LATER, tick=False):
        yield plan


def atom(web, path: str = NEWS) -> list[dict[str, str]]:
    """Return the entries of the feed, whose form is seen to."""
    answer = visitor(web).get(path)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)  # noqa: S314 - our own answer
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        told = [child.tag.removeprefix(ATOM) for child in element]
        assert {"id", "title", "updated"} <= set(told)
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo is not None
    entries = [
        {child.tag.removeprefix(ATOM): child.text or "" for child in entry} for entry in root.iter(f"{ATOM}entry")
    ]
    assert len({entry["id"] for entry in entries}) == len(entries) > 0
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Kommunen"
    return entries


def calendar(web, path: str = DAYS) -> list[dict[str, str]]:
    """Return the days of the calendar, whose form is seen to (RFC 5545)."""
    answer = visitor(web).get(path)
    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = answer.data.decode().split("\r\n")
    assert lines.pop() == ""
    assert all(len(line.encode()) <= 75 and "\n" not in line for line in lines)
    whole = re.sub(r"\r\n ", "", "\r\n".join(lines)).split("\r\n")
    assert (whole[0], whole[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "PRODID:-//Ventil//Ventil//SV"} <= set(whole)
    days: list[dict[str, str]] = []
    for line in whole[1:-1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            days.append({})
        elif days and name != "END":
            assert days[-1].setdefault(name, value) == value
    assert all({"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(day) for day in days)
    assert len({day["UID"] for day in days}) == len(days) > 0
    return days


def test_the_news_tell_what_has_happened_to_the_plan_and_to_published_cases(sqlite_web, plan):
    _anchor(plan)
    told = [(entry["title"], entry["content"]) for entry in atom(sqlite_web)]
    assert told[0] == ("Hur bygden har varit med: Möte", "Alla var med")
    assert ("Planen för 2026 är antagen", "En by att bo i") in told
    assert (f"Nytt: {JOINT.title}", "") in told
    assert (f"Planerat: {ASKED.title}", "I höst") in told
    [done] = [text for title, text in told if title == f"Klart: {OWN.title}"]
    assert done.startswith("Målad. Ring")
    assert "070" not in done
    english = [entry["title"] for entry in atom(sqlite_web, f"{NEWS}?lang=en")]
    assert f"Done: {OWN.title}" in english


def test_the_calendar_tells_when_the_plan_is_due_what_is_planned_and_when_the_forum_meets(sqlite_web, plan):
    told = {day["SUMMARY"]: day for day in calendar(sqlite_web)}
    assert told["Norrby: planen ska uppdateras"]["DTSTART;VALUE=DATE"] == "20270413"
    assert told[f"Ska vara klart i dag: {ASKED.title}"]["DTSTART;VALUE=DATE"] == "20260901"
    assert told[f"Ska vara klart i dag: {ASKED.title}"]["DTEND;VALUE=DATE"] == "20260902"
    assert OWN.title not in str(told)
    meeting = LONG.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
    assert told[meeting]["LOCATION"] == "Folkets hus"
    assert "Norrby: the plan is to be updated" in [day["SUMMARY"] for day in calendar(sqlite_web, f"{DAYS}?lang=en")]
    assert [day["SUMMARY"] for day in calendar(sqlite_web, "/bygd/soderby.ics")][-1:] == [
        "Soderby: den första planen ska antas"
    ]


def test_the_day_of_a_plan_that_is_moved_is_the_same_entry(sqlite_web, plan):
    first = {day["SUMMARY"]: day["UID"] for day in calendar(sqlite_web)}
    with sqlite_web.database.reading() as session:
        ref = open_case(session, "plan", "norrby").ref
    plan.house.change(ref, State.PLANNED, by="contact", at=LATER, due_on=date(2026, 12, 1), note="I jul")
    moved = {day["SUMMARY"]: day["UID"] for day in calendar(sqlite_web)}
    assert moved == first


def test_v34_nothing_private_is_told_to_anybody(sqlite_web, plan):
    own = plan.house.hand_in(f"{SECRET} ärende", by="member", group="norrby", place="norrby")
    plan.house.comment(plan.named(OWN.title).case, f"{SECRET} intern", Visibility.INTERNAL, by="officer")
    plan.house.comment(plan.named(OWN.title).case, f"{SECRET} delta", Visibility.PARTICIPANTS, by="member")
    plan.begin(at=LATER)
    areas = (replace(AREAS[0], name=SECRET), *AREAS[1:])
    items = tuple(replace(item, title=f"{SECRET} {item.title}") for item in WHOLE.items)
    plan.put(replace(WHOLE, vision=SECRET, areas=areas, items=items), at=LATER)
    hidden = plan.named(ASKED.title).case
    _publish(sqlite_web, hidden, published=False)
    for who in (None, "member", "contact"):
        for path in (NEWS, DAYS, f"{NEWS}?lang=en"):
            body = visitor(sqlite_web, who).get(path).text
            assert SECRET not in body, (who, path)
            assert ASKED.title not in body, (who, path)
            assert "siv@example.se" not in body
            assert "Kontakt med" not in body
    _publish(sqlite_web, own, published=True)
    assert f"Nytt: {SECRET} ärende" in [entry["title"] for entry in atom(sqlite_web)]


def test_a_program_that_has_it_already_gets_it_no_second_time(sqlite_web, plan):
    for path in (NEWS, DAYS):
        answer = visitor(sqlite_web).get(path)
        browser = visitor(sqlite_web).browser
        has_it = browser.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (has_it.status_code, has_it.data) == (304, b"")
        assert answer.headers["Cache-Control"] == "no-cache"
    changed = visitor(sqlite_web).get(NEWS).headers["Last-Modified"]
    assert browser.get(NEWS, headers={"If-Modified-Since": changed}).status_code == 304
    _anchor(plan)
    assert browser.get(NEWS, headers={"If-Modified-Since": changed}).status_code == 200
    assert browser.get(NEWS, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_the_page_of_the_village_leads_to_both(sqlite_web, plan):
    page = visitor(sqlite_web).get("/bygd/norrby").text
    assert re.search(
        r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="/bygd/norrby.atom">', page
    )
    assert re.search(r'<link rel="alternate" type="text/calendar" title="[^"]+" href="/bygd/norrby.ics">', page)
    assert page.count('<a href="/bygd/norrby.atom">') == page.count('<a href="/bygd/norrby.ics">') == 1
    assert 'href="/bygd/norrby.atom?lang=en"' in visitor(sqlite_web).get("/bygd/norrby?lang=en").text


def test_they_take_few_queries(sqlite_web, plan):
    for path in (NEWS, DAYS):
        browser = visitor(sqlite_web)
        browser.get(path)
        with counted(sqlite_web.database) as statements:
            browser.get(path)
        assert len(statements) <= MOST_QUERIES, "\n\n".join(statements)


def _anchor(plan: PlanActs) -> None:
    with plan.house.database.transaction() as session:
        shown = AnchoringShown(AnchoringKind.MEETING, date(2026, 3, 19), "Alla var med")
        show_anchoring(session, "norrby", shown, by=plan.house.actors["member"], at=LATER)


def _publish(web, ref: str, *, published: bool) -> None:
    with web.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(published=published), by=web.house.actors["contact"], at=LATER)
