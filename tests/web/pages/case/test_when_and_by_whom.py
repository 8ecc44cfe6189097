"""The step "done" says when and by whom something was done, and the history of the case shows it."""

import re
from datetime import datetime

import pytest
from support.houses.small_house import CALENDAR
from support.houses.small_pages import visitor

from cases.states import State

TOLD = {"step": "finish", "note": "Lagat", "done_on": "2 mars 2026", "done_by": "Idrottsföreningen"}


def step(web, who="officer", **given):
    """Take a step with a new case of gata; return its reference and the answer."""
    ref = web.house.reach(State.ASSIGNED)
    return ref, visitor(web, who).send(f"/arenden/{ref}/steg", version="9", **given)


def test_when_and_by_whom_is_kept_and_shown(sqlite_web):
    ref, answer = step(sqlite_web, **TOLD)
    assert answer.status_code == 303
    [done] = sqlite_web.house.events(ref, "case.done")
    assert done.facts["done_on"] == "2026-03-02"
    page = visitor(sqlite_web, "officer")
    assert "Gjort 2 mars 2026 av Idrottsföreningen" in page.read(f"/arenden/{ref}")
    assert "Done 2 March 2026 by Idrottsföreningen" in page.read(f"/arenden/{ref}?lang=en")


@pytest.mark.parametrize(
    ("left_out", "said"), [("done_by", "Gjort 2 mars 2026"), ("done_on", "Gjort av Idrottsföreningen")]
)
def test_each_of_them_may_be_left_out(sqlite_web, left_out, said):
    ref, _ = step(sqlite_web, **TOLD | {left_out: ""})
    page = visitor(sqlite_web, "officer").read(f"/arenden/{ref}")
    assert said in page
    assert "Gjort 2 mars 2026 av" not in page


def test_neither_is_said_where_nobody_told(sqlite_web):
    ref, _ = step(sqlite_web, step="finish", note="Lagat")
    assert "Gjort av" not in visitor(sqlite_web, "officer").read(f"/arenden/{ref}")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"done_on": "1 mars 2090"}, "Datumet ska vara tidigast"),
        ({"done_on": "i somras"}, "Skriv dagen som"),
        ({"done_by": "x" * 201}, "Här får högst 200 tecken plats"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_is_kept(sqlite_web, given, said):
    _, answer = step(sqlite_web, **TOLD | given)
    assert answer.status_code == 422
    assert said in answer.text
    assert next(iter(given.values())) in answer.text
    assert "Lagat" in answer.text


def test_the_example_of_the_day_is_in_the_past(sqlite_web):
    page = visitor(sqlite_web, "officer").read(f"/arenden/{sqlite_web.house.reach(State.ASSIGNED)}")
    told = re.search(r"När blev det gjort\? \(frivilligt\) Till exempel [^-]*? eller ([-0-9]+)", page)
    assert told[1] < datetime.now(CALENDAR.zone).date().isoformat()


def test_another_step_does_not_take_them(sqlite_web):
    ref, answer = step(sqlite_web, **TOLD | {"step": "plan", "due_on": "2027-02-01"})
    assert answer.status_code == 303
    assert sqlite_web.house.events(ref, "case.done") == []
