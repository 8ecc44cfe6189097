# ruff: noqa: E501 - one breach a line
"""The independent check of meetings is seen to fail: each look finds what was broken, on each database."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from support.houses.small_house import MONDAY, SmallHouse
from support.meetings.meeting_acts import AT_TABLE, AUTUMN, MeetingActs

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.checks.forgotten_meetings import MEETING_LOOKS
from cases.meetings.agenda_items import SettledHow
from cases.states import State

LATER = AT_TABLE + timedelta(days=3)
BESIDES = {"G2", "G3", "G4", "G6"}  # nothing is swept and no letter planned here; what is broken breaks histories too
BOARD = "(SELECT id FROM unit WHERE slug = 'byggnamnd')"


def _found(house: SmallHouse, days: int = 0) -> set[tuple[str, str]]:
    with house.database.reading() as session:
        found = find_forgotten(session, LATER + timedelta(days=days))
    return {(breach.guarantee, breach.subject) for breach in found if breach.guarantee not in BESIDES}


def _break(house: SmallHouse, statement: str) -> None:
    """Do by hand what triggers refuse."""
    with house.database.transaction() as session:
        if house.database.is_sqlite:
            for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f'DROP TRIGGER "{name}"'))
        else:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        assert session.execute(text(statement)).rowcount > 0, "nothing was broken"


@pytest.fixture
def meetings(small_house: SmallHouse) -> MeetingActs:
    """A house with a meeting that was held, whose minutes are owed, and one that is coming."""
    small_house.sweep(MONDAY)
    meetings = MeetingActs(small_house)
    held, ref = meetings.call(), meetings.waiting()
    meetings.call(AUTUMN, "Höst")
    meetings.put(held, ref, "# Budget")
    meetings.send(held)
    meetings.recommend(ref, held, 1)
    meetings.settle(held, 2, SettledHow.NOTED)
    meetings.close(held)
    small_house.sweep(LATER)
    assert _found(small_house) == set()
    return meetings


BROKEN = {
    "V3 the event of another": ("UPDATE resolution SET event_id = (SELECT min(id) FROM event)", {("V3", "resolution 1"), ("V3", "{ref}")}),
    "V3 no resolution": ("DELETE FROM resolution", {("V3", "{ref}")}),
    "V13 another body": (f"UPDATE resolution SET body_id = {BOARD}", {("V13", "resolution 1")}),
    "V13 another case": ("UPDATE resolution SET agenda_item_id = (SELECT id FROM agenda_item WHERE topic = 'Budget')", {("V13", "resolution 1")}),
    "V14 not settled": ("UPDATE agenda_item SET settled_at = NULL, settled_how = NULL WHERE topic = 'Budget'", {("V14", "Forum")}),
    "V15 no case": ("UPDATE \"case\" SET obligation = NULL, subject = NULL WHERE obligation = 'agenda'", {("V15", "Höst")}),
    "V15 not adjusted": ("UPDATE \"case\" SET obligation = NULL, subject = NULL WHERE obligation = 'minutes'", {("V15", "Forum")}),
    "V16 no coming meeting": ("UPDATE meeting SET sort = 'theme' WHERE name = 'Höst'", {("V16", "forum")}),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_v3_v13_v14_v15_v16_what_was_broken_by_hand_is_found(meetings: MeetingActs, what: str) -> None:
    with meetings.house.database.reading() as session:
        ref = session.scalars(select(Case.ref).where(Case.title == "Cykelväg")).one()
    statement, found = BROKEN[what]
    _break(meetings.house, statement)
    assert _found(meetings.house, days=2) == {(number, subject.format(ref=ref)) for number, subject in found}


def test_v4_a_meeting_that_is_not_cancelled_is_not_given_up(meetings: MeetingActs) -> None:
    home = meetings.home(2).ref
    meetings.house.change(home, State.DECLINED, reason="Nej", fulfils="agenda", at=LATER)
    assert ("V4", home) in _found(meetings.house)


def test_v16_a_body_that_nobody_has_looked_over_lacks_nothing_yet(small_house: SmallHouse) -> None:
    assert _found(small_house) == set()


def test_v16_the_day_after_its_last_meeting_a_body_owes_the_next(small_house: SmallHouse) -> None:
    MeetingActs(small_house).call()
    for days in range(3):
        small_house.sweep(AT_TABLE + timedelta(days=days))
    with small_house.database.reading() as session:
        owed = session.scalars(select(Case).where(Case.obligation == "meeting", Case.due_at.is_not(None))).one()
    assert owed.subject == "forum"
    assert owed.due_at.date() == (AT_TABLE + timedelta(days=1)).date() + timedelta(days=31), "30 days on, a Monday"


def test_v16_on_the_evening_of_its_last_meeting_a_body_has_a_day_to_owe_the_next(small_house: SmallHouse) -> None:
    small_house.sweep(MONDAY)
    meetings = MeetingActs(small_house)
    number = meetings.call()
    meetings.send(number)
    small_house.sweep(AT_TABLE)
    meetings.close(number)
    with small_house.database.reading() as session:
        evening, days_later = (
            [breach.guarantee for breach in find_forgotten(session, AT_TABLE + later)]
            for later in (timedelta(hours=8), timedelta(days=3))
        )
    assert "V16" not in evening
    assert "V16" in days_later, "nobody has looked since"


def test_each_look_at_meetings_is_broken_here() -> None:
    assert sorted(look.guarantee for look in MEETING_LOOKS) == ["V13", "V14", "V15", "V16", "V3", "V3", "V4"]
