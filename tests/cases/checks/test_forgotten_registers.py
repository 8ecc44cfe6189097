"""The independent checks of registers are seen to fail: an entry is broken by hand, on each database."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.houses.small_house import MONDAY, SmallHouse
from support.plans.lived_in_village import disarm
from support.registers.register_acts import RegisterActs

from cases.checks.forgotten import find_forgotten
from proof.checker import Outside, check

LATER = MONDAY + timedelta(hours=1)
NO_EVENT = "an entry of a register has no event of its sort in its case"
NO_ENTRY = "the last event of a register's entry wrote none"
FIRST = "SELECT min(id) FROM event"
BREAKS = {
    f"UPDATE register_entry SET event_id = ({FIRST})": {NO_EVENT, NO_ENTRY},
    f"UPDATE register_entry SET event_id = ({FIRST} WHERE type = 'register.entered')": {NO_ENTRY},
    "UPDATE register_entry SET event_id = 4711": {NO_EVENT, NO_ENTRY},
    "DELETE FROM register_entry": {NO_ENTRY},
}


@pytest.fixture
def entered(small_house: SmallHouse) -> SmallHouse:
    """A case that was entered in its register, and put right once."""
    acts = RegisterActs(small_house)
    ref = acts.hand_in()
    acts.enter(ref)
    acts.enter(ref, acts.given(sort="skylt"))
    return small_house


def broken(house: SmallHouse, statement: str) -> None:
    """Change the database by hand, past its constraints."""
    if house.database.is_sqlite:
        with closing(sqlite3.connect(house.database.engine.url.database or "")) as file:  # without foreign keys
            file.execute(statement)
            file.commit()
        return
    with house.database.transaction() as session:
        disarm(session, is_sqlite=False)
        session.execute(text(statement))


@pytest.mark.parametrize("statement", BREAKS)
def test_v3_an_entry_and_its_events_belong_together(entered: SmallHouse, statement: str) -> None:
    def found() -> set[str]:
        with entered.database.reading() as session:
            return {breach.what for breach in find_forgotten(session, LATER) if breach.guarantee == "V3"}

    def proved() -> list[str]:
        breaches = check(str(entered.database.engine.url.render_as_string(hide_password=False)), Outside(now=LATER))
        return [breach.sentence for breach in breaches if breach.invariant == "I20"]

    assert (found(), proved()) == (set(), [])
    broken(entered, statement)
    assert found() == BREAKS[statement]
    assert len(proved()) == 1
