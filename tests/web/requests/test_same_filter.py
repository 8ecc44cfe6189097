"""Whatever lists, counts or finds cases shows a caller those that they may open, and no other (ASVS 8.2)."""

import random
import re
from contextlib import suppress
from datetime import timedelta

from support.houses.small_house import CALENDAR, MONDAY
from support.houses.small_pages import visitor

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.progress import WaitingFor
from cases.refusals import Refusal
from cases.states import State

EVERYBODY = (None, "contact", "water_officer", "admin", "member", "neighbour", "board_member", "representative")
MANY = 16
COMMON = "Sjövägen"  # a word of every case
REF = re.compile(r"/arenden/(\d{4}-\d+)\"")
PARTS = ("vilande", "klara")  # of a unit's page, beside the open ones
UNITS = ("desk", "gata", "vatten", "norrby", "soderby", "byggnamnd", "forum", "council")


def fill(web, seed: int) -> list[str]:
    """Cases in all hands and states, some protected, published, withdrawn or on the forum's agenda."""
    chance, house, refs = random.Random(seed), web.house, []
    for number in range(MANY):
        reporter = Reporter("Rut", f"rut{number}@example.se", protected=chance.random() < 0.25)
        group = chance.choice([None, "norrby", "soderby"])
        ref = house.hand_in(f"{COMMON} {number}", by="contact", group=group, reporter=reporter)
        refs.append(ref)
        with suppress(Refusal):
            house.change(ref, State.ASSIGNED, responsible=chance.choice(UNITS[1:5]))
        with suppress(Refusal):
            asked = WaitingFor("unit", unit=chance.choice(["forum", "byggnamnd", "soderby", "council"]))
            if chance.random() < 0.5:
                house.change(ref, State.WAITING, waiting_for=asked)
        with suppress(Refusal):
            if chance.random() < 0.2:
                house.change(ref, State.DONE, note="Klart")
        for published in (True, False)[: chance.choice([0, 0, 1, 2])]:
            with suppress(Refusal), web.database.transaction() as session:
                wanted, by = Correction(published=published), house.actors["contact"]
                correct(session, case_to_change(session, ref), wanted, by=by, at=MONDAY)
    for days in range(0, 70, 5):  # some reach the agenda
        house.sweep(CALENDAR.morning_of(CALENDAR.day_of(MONDAY + timedelta(days=days))))
    return refs


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


def test_lists_and_searches_show_what_each_may_open_and_no_other(web):
    refs = fill(web, seed=1)
    sizes = set()
    public = {ref for ref in refs if web.get(f"/cases/{ref}").status_code == 200}
    for who in EVERYBODY:
        answers = {ref: web.get(f"/cases/{ref}", by=who) for ref in refs}
        may_open = {ref for ref, answer in answers.items() if answer.status_code == 200}
        own = {ref for ref in may_open if who is None or "version" in answers[ref].json}  # more than what is published
        assert public <= may_open
        assert set(listed(web, "/cases?limit=7", who)) == own, who
        assert set(listed(web, f"/cases?limit=7&q={COMMON}", who)) == own, who
        assert {ref for ref in refs if web.get(f"/cases/{ref}/events", by=who).status_code == 200} == may_open, who
        assert opened(visitor(web, who), "/arenden/{}", refs) == may_open, who
        sizes.add(len(own))
    assert len(sizes) > 3, "they differ"


def test_pages_of_search_and_units_show_and_count_what_each_may_open(sqlite_web):
    refs = fill(sqlite_web, seed=3)
    for who in EVERYBODY[1:]:
        browser, may_open = visitor(sqlite_web, who), set(listed(sqlite_web, "/cases?limit=500", who))
        assert set(REF.findall(browser.get(f"/sok?q={COMMON}").text)) == may_open, who
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
