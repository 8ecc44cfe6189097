"""Whatever lists, counts or finds cases shows a caller those that they may open, and no other (ASVS 8.2)."""

import random
import re
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SINCE
from support.houses.small_pages import visitor

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.organisation.people import Membership, Role
from cases.progress import WaitingFor
from cases.refusals import Refusal
from cases.states import State

EVERYBODY: tuple[str | None, ...] = (
    None,
    "contact",
    "water_officer",
    "admin",
    "member",
    "neighbour",
    "board_member",
    "representative",
)
WITH_TWO = ("member", "neighbour")
MANY = 16
COMMON = "Sjövägen"  # a word of every case that was handed in
DESCRIBED = "tunna"  # a word of every description
REF = re.compile(r"/arenden/(\d{4}-\d+)\"")
PARTS = ("vilande", "klara")  # of a unit's page, beside the open ones
UNITS = ("desk", "gata", "vatten", "norrby", "soderby", "byggnamnd", "forum", "council")


def fill(web, seed: int, **more: str) -> list[str]:
    """Cases in all hands and states, some protected, published, withdrawn or on the forum's agenda."""
    chance, house, refs = random.Random(seed), web.house, []
    for number in range(MANY):
        reporter = Reporter("Rut", f"rut{number}@example.se", protected=chance.random() < 0.25)
        group = chance.choice([None, "norrby", "soderby"])
        asked = {"group": group, "reporter": reporter, "description": f"Stort som en {DESCRIBED}", **more}
        ref = house.hand_in(f"{COMMON} {number}", by="contact", **asked)
        refs.append(ref)
        with suppress(Refusal):
            house.change(ref, State.ASSIGNED, responsible=chance.choice(UNITS[1:5]))
        with suppress(Refusal):
            asked = WaitingFor("unit", unit=chance.choice(["forum", "byggnamnd", "soderby", "council"]))
            if chance.random() < 0.5:
                house.change(ref, State.WAITING, waiting_for=asked, note="Var?")
        with suppress(Refusal):
            if chance.random() < 0.2:
                house.change(ref, State.DONE, note="Klart")
        for published in (True, False)[: chance.choice([0, 0, 1, 2])]:
            with suppress(Refusal), web.database.transaction() as session:
                wanted, by = Correction(published=published), house.actors["contact"]
                correct(session, case_to_change(session, ref), wanted, by=by, at=MONDAY)
    for days in range(0, 70, 5):  # some reach the agenda
        house.sweep(CALENDAR.morning_of(CALENDAR.day_of(MONDAY + timedelta(days=days))))
    return refs + owed(web)


def owed(web) -> list[str]:
    """The references of what the groups owe, and are owed: nobody handed these cases in."""
    with web.database.reading() as session:
        return list(session.scalars(select(Case.ref).where(Case.obligation.is_not(None))))


def listed(web, path: str, who: str | None) -> list[str]:
    """Every reference that the API lists, page by page."""
    found, cursor = [], ""
    while cursor is not None:
        page = web.get(f"{path}{cursor}", by=who).json
        found += [case["ref"] for case in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert len(found) == len(set(found))
    return found


def opened(client, path: str, refs: list[str]) -> set[str]:
    """Those of the cases that this path, with the reference in it, opens."""
    return {ref for ref in refs if client.get(path.format(ref)).status_code == 200}


def of_two(web) -> None:
    """People with two roles: a member of Norrby who sits in the forum, and one who works in no unit."""
    with web.database.transaction() as session:
        for who in WITH_TWO:
            seat = {"person_id": web.person_id(who), "unit_id": web.house.unit_id("forum")}
            session.add(Membership(**seat, role=Role.MEMBER, since=SINCE))


def looking(two: bool, web) -> tuple[str | None, ...]:
    """Who looks: everybody, or those to whom a second role is given."""
    if two:
        of_two(web)
    return WITH_TWO if two else EVERYBODY


@pytest.mark.parametrize("two", [False, True])
def test_lists_and_searches_show_what_each_may_open_and_no_other(web, two):
    refs = fill(web, seed=1)
    everybody, sizes = looking(two, web), set()
    public = {ref for ref in refs if web.get(f"/cases/{ref}").status_code == 200}
    assert public
    for who in everybody:
        answers = {ref: web.get(f"/cases/{ref}", by=who) for ref in refs}
        may_open = {ref for ref, answer in answers.items() if answer.status_code == 200}
        assert public <= may_open
        assert set(listed(web, "/cases?limit=7", who)) == may_open, who
        assert set(listed(web, f"/cases?limit=7&q={COMMON}", who)) == may_open - set(owed(web)), who
        assert set(listed(web, f"/cases?limit=7&q={DESCRIBED}", who)) == may_open - set(owed(web)), who
        shown = {case["ref"]: case for case in web.get("/cases?limit=500", by=who).json["items"]}
        assert all(set(shown[ref]) <= set(answers[ref].json) for ref in may_open), who
        assert {ref for ref in refs if web.get(f"/cases/{ref}/events", by=who).status_code == 200} == may_open, who
        assert opened(visitor(web, who), "/arenden/{}", refs) == may_open, who
        sizes.add(len(may_open))
    assert len(sizes) > (1 if two else 3), "they differ"


@pytest.mark.parametrize("two", [False, True])
def test_lists_by_place_and_topic_show_what_each_may_open(sqlite_web, two):
    refs = fill(sqlite_web, seed=4, place="norrby", category="trafik")
    for who in looking(two, sqlite_web):
        may_open = {ref for ref in refs if sqlite_web.get(f"/cases/{ref}", by=who).status_code == 200}
        for by in ("place=norrby", "category=trafik", "place=norrby&q=Tunna"):
            assert set(listed(sqlite_web, f"/cases?limit=500&{by}", who)) == may_open - set(owed(sqlite_web)), (who, by)


@pytest.mark.parametrize("who", ["member", "representative"])
def test_what_is_only_published_tells_nothing_private_by_filters_and_words(sqlite_web, who):
    house, by = sqlite_web.house, sqlite_web.house.actors["contact"]
    ref = house.hand_in("Ring 070-123 45 67 om vägen", by="contact", group="soderby")
    with sqlite_web.database.transaction() as session:
        correct(session, case_to_change(session, ref), Correction(published=True), by=by, at=MONDAY)
    house.comment(ref, "Vi nämner gnejs", Visibility.PARTICIPANTS, by="contact")
    assert listed(sqlite_web, "/cases?limit=9&q=vägarna", who) == [ref]
    assert listed(sqlite_web, f"/cases?limit=9&q={ref}", who) == [ref]
    [case] = sqlite_web.get("/cases", by=who).json["items"]
    assert case == {name: value for name, value in sqlite_web.get(f"/cases/{ref}").json.items() if name in case}
    assert "070" not in visitor(sqlite_web, who).read("/sok?q=vägen")
    assert "Söderby" not in visitor(sqlite_web, who).read("/sok?q=vägen")
    for private in ("group=soderby", "quick_win=false", "q=gnejs", "q=0701234567", "q=123"):
        assert listed(sqlite_web, f"/cases?limit=9&{private}", who) == [], private


@pytest.mark.parametrize("two", [False, True])
def test_pages_of_search_and_units_show_and_count_what_each_may_open(sqlite_web, two):
    refs = fill(sqlite_web, seed=3)
    for who in filter(None, looking(two, sqlite_web)):
        browser, may_open = visitor(sqlite_web, who), set(listed(sqlite_web, "/cases?limit=500", who))
        assert set(REF.findall(browser.get(f"/sok?q={COMMON}").text)) == may_open - set(owed(sqlite_web)), who
        assert {ref for ref in refs if ref in REF.findall(browser.get(f"/sok?q={ref}").text)} == may_open, who
        for unit in UNITS:
            page = browser.get(f"/enhet/{unit}")
            if page.status_code == 404:
                continue
            shown = set(REF.findall(page.text))
            listed_there = shown.union(*(REF.findall(browser.get(f"/enhet/{unit}?del={part}").text) for part in PARTS))
            assert listed_there <= may_open, (who, unit)
            counts = re.findall(r'class="count[^"]*">(\d+)<', page.text)
            assert int(counts[0]) == len(shown), (who, unit)
