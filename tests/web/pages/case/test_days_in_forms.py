"""A day may be typed as people write it, or picked in the calendar beside, with no JavaScript."""

import re
from datetime import date, timedelta

import pytest
from support.houses.small_pages import visitor

from cases.states import State

YEAR = date.today().year + 1  # noqa: DTZ011 - any day well ahead
DAY = date(YEAR, 4, 15)
WHILE = {"sv": f"15 april {YEAR}", "en": f"April 15, {YEAR}", "short": f"15/4 {YEAR}", "iso": f"{YEAR}-04-15"}


def planned_on(web, **typed):
    ref = web.house.reach(State.ASSIGNED)
    officer, version = visitor(web, "officer"), web.house.case(ref).version
    answer = officer.send(f"/arenden/{ref}/steg", step="plan", version=version, note="Vi gör det", **typed)
    return answer, web.house.case(ref)


@pytest.mark.parametrize("way", WHILE)
def test_a_step_takes_a_day_as_people_write_it(sqlite_web, way):
    answer, case = planned_on(sqlite_web, due_on=WHILE[way])
    assert answer.status_code == 303
    assert abs(case.due_at.date() - DAY) < timedelta(days=6)  # a holiday is rolled forward


def test_a_day_that_was_picked_is_taken_where_none_was_typed_or_the_same(sqlite_web):
    for typed in ({}, {"due_on": WHILE["sv"]}):
        answer, case = planned_on(sqlite_web, **typed, **{"due_on-picked": DAY.isoformat()})
        assert (answer.status_code, case.state) == (303, State.PLANNED)


def test_two_days_are_refused_and_what_was_typed_is_kept(sqlite_web):
    answer, case = planned_on(sqlite_web, due_on=WHILE["sv"], **{"due_on-picked": f"{YEAR}-05-20"})
    assert (answer.status_code, case.state) == (422, State.ASSIGNED)
    assert "Fältet och kalendern har olika dagar. Ange bara en av dem." in answer.text
    assert f'name="due_on" value="{WHILE["sv"]}"' in answer.text
    assert "Vi gör det</textarea>" in answer.text


def test_a_picked_day_is_kept_when_something_else_is_refused(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    officer = visitor(sqlite_web, "officer")
    picked = {"due_on-picked": DAY.isoformat(), "promised_on": "i vår"}
    answer = officer.send(f"/arenden/{ref}/steg", step="plan", version=sqlite_web.house.case(ref).version, **picked)
    assert answer.status_code == 422
    assert f'name="due_on" value="{DAY.isoformat()}"' in answer.text


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_meeting_and_the_duty_take_such_days_and_every_field_has_a_calendar_beside(sqlite_web, lang):
    contact = visitor(sqlite_web, "contact")
    contact.get(f"/forum?lang={lang}")
    assert contact.send("/forum", name="Vårmöte", held_on=WHILE["sv"]).status_code == 303
    refused = contact.send("/forum", name="Vårmöte", held_on=f"måndag 13 april {2027}").text
    assert ("another weekday" if lang == "en" else "en annan veckodag") in refused
    for path in ("/forum", "/lamna", f"/arenden/{sqlite_web.house.reach(State.ASSIGNED)}"):
        page = contact.get(path).text
        typed = re.findall(r'type="text" id="(\w+_on)"', page)
        assert typed
        assert typed == re.findall(r'type="date" name="(\w+_on)-picked"', page)
