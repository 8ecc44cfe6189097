# ruff: noqa: E501 - one forbidden row a line
"""What meetings, agendas and resolutions may not become, refused by the database: on SQLite and on PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.houses.small_house import MONDAY, SmallHouse, furnish, open_small_house
from support.meetings.meeting_acts import AT_TABLE, MeetingActs

from cases.case import case_to_change
from cases.correcting import erase_words
from cases.database.transactions import Database
from cases.meetings.agenda_items import SettledHow
from cases.meetings.meeting import MeetingSort
from cases.states import State

FORUM, BOARD = "(SELECT id FROM unit WHERE slug = 'forum')", "(SELECT id FROM unit WHERE slug = 'byggnamnd')"
ITEM = "body_id, meeting_id, case_id, topic, why, sort, added_at, number"
AT = "'2026-03-02 08:00:00.000000'"
RESOLUTION = "case_id, agenda_item_id, body_id, decides, verdict, on_day, appealable, event_id"
SOME_EVENT = "(SELECT max(id) FROM event)"


class Rows:
    """A meeting that is coming, with a topic and a case; one that is adjusted, with a recommendation in its minutes."""

    def __init__(self, house: SmallHouse) -> None:
        self.house, meetings = house, MeetingActs(house)
        self.meetings = meetings
        self.old = meetings.call(name="Förra", sort=MeetingSort.THEME)
        self.ref, self.other_ref = meetings.waiting(), house.reach(State.ASSIGNED)
        meetings.put(self.old, self.ref, "# Budget", "# Resor")
        meetings.send(self.old)
        meetings.recommend(self.ref, self.old, 1, aside=("representative@example.se",))
        meetings.settle(self.old, 2, SettledHow.NOTED)
        meetings.settle(self.old, 3, SettledHow.POSTPONED)
        meetings.close(self.old)
        meetings.adjust(self.old, at=AT_TABLE)
        self.coming = meetings.call()
        meetings.put(self.coming, self.other_ref, "# Ny sak")
        self.case, self.other_case = house.case(self.ref).id, house.case(self.other_ref).id
        self.settled, self.noted, self.postponed = (item.id for item in meetings.items(self.old))
        self.open, self.topic = (item.id for item in meetings.items(self.coming))
        self.home = meetings.home(self.coming).id


@pytest.fixture
def rows(small_house: SmallHouse) -> Rows:
    return Rows(small_house)


def refused(rows: Rows, *statements: str) -> None:
    """See that the last of the statements is refused, and with it all of them."""
    names = {"FORUM": FORUM, "BOARD": BOARD, "ITEM": ITEM, "AT": AT, "RESOLUTION": RESOLUTION, "EVENT": SOME_EVENT}
    *before, last = (statement.format(**names, **vars(rows)) for statement in statements)
    with pytest.raises(IntegrityError), rows.house.database.transaction() as session:
        for statement in before:
            session.execute(text(statement))
        session.execute(text(last))


NO_MEETING = [
    "UPDATE meeting SET sort = 'party' WHERE id = {coming}",
    "UPDATE meeting SET body_id = NULL WHERE id = {coming}",
    "UPDATE meeting SET name = '' WHERE id = {coming}",
    "UPDATE meeting SET case_id = (SELECT case_id FROM meeting WHERE id = {old}) WHERE id = {coming}",
    "UPDATE meeting SET closed_on = '2026-04-16' WHERE id = {coming}",
    "UPDATE meeting SET adjusted_on = '2026-04-16' WHERE id = {coming}",
    "UPDATE meeting SET agenda_sent_on = '2026-05-01', closed_on = '2026-04-20' WHERE id = {coming}",
    "UPDATE meeting SET cancelled_on = '2026-03-02', agenda_sent_on = '2026-03-02', closed_on = '2026-04-20' WHERE id = {coming}",
    "INSERT INTO meeting (body_id, sort, held_on, name, agenda_revision) SELECT body_id, sort, held_on, name, 0 FROM meeting WHERE id = {coming}",
    "UPDATE meeting SET body_id = {BOARD} WHERE id = {coming}",
    "UPDATE unit SET decides = true WHERE slug = 'forum'",
    "UPDATE unit SET meets = '4' WHERE slug = 'norrby'",
    "INSERT INTO invited (meeting_id, guest) VALUES ({coming}, false)",
    "INSERT INTO invited (meeting_id, person_id, guest) SELECT meeting_id, person_id, guest FROM invited WHERE meeting_id = {coming}",
    "UPDATE invited SET answer = 'perhaps' WHERE meeting_id = {coming}",
]  # fmt: skip


def test_v15_a_meeting_has_its_days_in_order_and_its_own_case(rows: Rows) -> None:
    for forbidden in NO_MEETING:
        refused(rows, forbidden)


NO_ITEM = [
    "INSERT INTO agenda_item ({ITEM}) VALUES ({FORUM}, NULL, NULL, NULL, 'chosen', 'discussion', {AT}, NULL)",
    "UPDATE agenda_item SET topic = 'Två saker' WHERE id = {open}",
    "UPDATE agenda_item SET topic = '' WHERE id = {topic}",
    "UPDATE agenda_item SET why = 'whim' WHERE id = {open}",
    "UPDATE agenda_item SET sort = 'quarrel' WHERE id = {open}",
    "UPDATE agenda_item SET body_id = {BOARD} WHERE id = {open}",
    "UPDATE agenda_item SET number = 2 WHERE id = {open}",
    "UPDATE agenda_item SET number = 0 WHERE id = {open}",
    "UPDATE agenda_item SET meeting_id = NULL WHERE id = {open}",
    "UPDATE agenda_item SET under_id = id WHERE id = {open}",
    "UPDATE agenda_item SET under_id = {noted} WHERE id = {open}",
    "UPDATE agenda_item SET settled_at = {AT} WHERE id = {open}",
    "UPDATE agenda_item SET settled_how = 'noted' WHERE id = {open}",
    "UPDATE agenda_item SET settled_at = {AT}, settled_how = 'forgotten' WHERE id = {open}",
    "INSERT INTO agenda_item ({ITEM}) VALUES ({FORUM}, NULL, {other_case}, NULL, 'chosen', 'discussion', {AT}, NULL)",
    "INSERT INTO agenda_item ({ITEM}, carried_from_id) VALUES ({FORUM}, NULL, NULL, 'Resor', 'carried', 'discussion', {AT}, NULL, {postponed})",
    "INSERT INTO agenda_item ({ITEM}, carried_from_id) VALUES ({BOARD}, NULL, NULL, 'Resor', 'carried', 'discussion', {AT}, NULL, {noted})",
]  # fmt: skip


def test_v14_an_item_is_a_case_or_a_topic_of_its_own_body_and_carried_over_once(rows: Rows) -> None:
    for forbidden in NO_ITEM:
        refused(rows, forbidden)
    with rows.house.database.transaction() as session:  # a case may stand on the agendas of two bodies
        session.execute(
            text(
                f"INSERT INTO agenda_item ({ITEM}) VALUES ({BOARD}, NULL, {rows.other_case}, NULL, 'chosen', 'discussion', {AT}, NULL)"
            )
        )


ADJUSTED = [
    "UPDATE meeting SET name = 'Annat' WHERE id = {old}",
    "UPDATE meeting SET adjusted_on = NULL WHERE id = {old}",
    "UPDATE meeting SET quorate = false WHERE id = {old}",
    "DELETE FROM meeting WHERE id = {old}",
    "UPDATE agenda_item SET topic = 'Annat' WHERE id = {noted}",
    "UPDATE agenda_item SET settled_how = 'withdrawn' WHERE id = {noted}",
    "UPDATE agenda_item SET meeting_id = {coming}, number = 9 WHERE id = {noted}",
    "UPDATE agenda_item SET meeting_id = {old}, number = 9, settled_at = {AT}, settled_how = 'noted' WHERE id = {topic}",
    "DELETE FROM agenda_item WHERE id = {noted}",
    "INSERT INTO agenda_item ({ITEM}, settled_at, settled_how) VALUES ({FORUM}, {old}, NULL, 'Sent', 'chosen', 'discussion', {AT}, 9, {AT}, 'noted')",
    "UPDATE invited SET present = true WHERE meeting_id = {old}",
    "UPDATE invited SET meeting_id = {old}, person_id = NULL, party_id = 1 WHERE meeting_id = {coming}",
    "DELETE FROM invited WHERE meeting_id = {old}",
    "INSERT INTO invited (meeting_id, person_id, guest) VALUES ({old}, 1, true)",
    "UPDATE resolution SET verdict = 'no'",
    "DELETE FROM resolution",
    "UPDATE stood_aside SET person_id = 1",
    "DELETE FROM stood_aside",
]  # fmt: skip
ON_SQLITE = [
    "INSERT OR REPLACE INTO meeting (id, body_id, sort, held_on, name, agenda_revision) SELECT id, body_id, sort, held_on, 'Annat', 0 FROM meeting WHERE id = {old}",
    "INSERT OR REPLACE INTO meeting (body_id, sort, held_on, name, agenda_revision) SELECT body_id, sort, held_on, name, 0 FROM meeting WHERE id = {old}",
    "UPDATE OR REPLACE meeting SET held_on = (SELECT held_on FROM meeting WHERE id = {old}), name = 'Förra' WHERE id = {coming}",
    "INSERT OR REPLACE INTO agenda_item (id, {ITEM}) SELECT {noted}, body_id, NULL, NULL, 'Annat', why, sort, added_at, NULL FROM agenda_item WHERE id = {noted}",
    "UPDATE OR REPLACE agenda_item SET id = {noted} WHERE id = {topic}",
    "INSERT OR REPLACE INTO invited (id, meeting_id, person_id, guest) SELECT id, {coming}, 1, true FROM invited WHERE meeting_id = {old}",
    "INSERT OR REPLACE INTO resolution (id, {RESOLUTION}) SELECT id, case_id, agenda_item_id, body_id, decides, 'no', on_day, appealable, {EVENT} FROM resolution",
    "INSERT OR REPLACE INTO resolution ({RESOLUTION}) SELECT case_id, agenda_item_id, body_id, decides, 'no', on_day, appealable, event_id FROM resolution",
    "INSERT OR REPLACE INTO stood_aside SELECT * FROM stood_aside",
]  # fmt: skip
ON_POSTGRESQL = [
    f"TRUNCATE {table} CASCADE" for table in ("meeting", "agenda_item", "invited", "resolution", "stood_aside")
]


def test_v14_adjusted_minutes_do_not_change(rows: Rows) -> None:
    for forbidden in [*ADJUSTED, *(ON_SQLITE if rows.house.database.is_sqlite else ON_POSTGRESQL)]:
        refused(rows, forbidden)


def test_v14_a_meeting_is_closed_only_when_every_item_is_settled_and_gets_no_open_one_after_that(rows: Rows) -> None:
    close = "UPDATE meeting SET agenda_sent_on = '2026-04-01', closed_on = '2026-04-16' WHERE id = {coming}"
    settle = "UPDATE agenda_item SET settled_at = {AT}, settled_how = 'noted' WHERE meeting_id = {coming}"
    refused(rows, close)
    for after in (
        "UPDATE agenda_item SET settled_at = NULL, settled_how = NULL WHERE id = {topic}",
        "INSERT INTO agenda_item ({ITEM}) VALUES ({FORUM}, {coming}, NULL, 'Sent', 'chosen', 'discussion', {AT}, 9)",
        "UPDATE agenda_item SET meeting_id = NULL, number = NULL WHERE id = {topic}",
        "DELETE FROM agenda_item WHERE id = {topic}",
    ):
        refused(rows, settle, close, after)


NO_RESOLUTION = [
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, {FORUM}, true, 'yes', '2026-04-16', 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, (SELECT id FROM unit WHERE slug = 'norrby'), true, 'yes', '2026-04-16', 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, NULL, {FORUM}, NULL, 'yes', '2026-04-16', 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, NULL, {BOARD}, false, 'yes', '2026-04-16', 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, {FORUM}, NULL, 'perhaps', '2026-04-16', 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, {FORUM}, NULL, 'yes', '2026-04-16', 'laglighetsprovning', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, {FORUM}, NULL, 'yes', NULL, 'none', {EVENT})",
    "INSERT INTO resolution ({RESOLUTION}) VALUES ({case}, {settled}, {FORUM}, NULL, 'yes', '2026-04-16', 'none', NULL)",
    "INSERT INTO resolution ({RESOLUTION}) SELECT {case}, {settled}, {FORUM}, NULL, 'yes', '2026-04-16', 'none', event_id FROM resolution",
    "INSERT INTO resolution ({RESOLUTION}, amount_ore) VALUES ({case}, {settled}, {FORUM}, NULL, 'yes', '2026-04-16', 'none', {EVENT}, -1)",
    "INSERT INTO resolution ({RESOLUTION}, replaces_id) VALUES ({case}, {settled}, {FORUM}, NULL, 'yes', '2026-04-16', 'none', {EVENT}, 4711)",
    "INSERT INTO stood_aside SELECT id, NULL FROM resolution",
]  # fmt: skip


def test_v12_v13_only_a_board_or_the_council_decides_and_a_recommendation_stands_on_an_agenda(rows: Rows) -> None:
    for forbidden in NO_RESOLUTION:
        refused(rows, forbidden)
    with rows.house.database.transaction() as session:  # a board that was dissolved has decided what it decided
        session.execute(text("UPDATE unit SET active = false, holds_cases = false WHERE slug = 'byggnamnd'"))
        session.execute(
            text(
                f"INSERT INTO resolution ({RESOLUTION}) VALUES ({rows.case}, NULL, {BOARD}, true, 'yes', '2026-04-16', 'laglighetsprovning', {SOME_EVENT})"
            )
        )


def test_v14_a_topic_in_adjusted_minutes_is_erased_by_a_decision_and_nothing_else_changes_with_it(rows: Rows) -> None:
    with rows.house.database.transaction() as session:
        case = case_to_change(session, rows.other_ref)
        erasure = erase_words(session, case, "KS 1", [1], by=rows.house.actors["contact"], at=MONDAY)[-1]
    erases = "UPDATE agenda_item SET topic = '(raderat)', erased_by_id = {by} WHERE id = {noted}"
    refused(rows, erases.replace("{by}", "NULL"))
    refused(rows, erases.replace("{by}", "1"))
    refused(rows, erases.replace("'(raderat)'", "'Annat'").replace("{by}", str(erasure)))
    refused(rows, erases.replace("SET", "SET sort = 'opinion',").replace("{by}", str(erasure)))
    with rows.house.database.transaction() as session:
        assert session.execute(text(erases.format(by=erasure, noted=rows.noted))).rowcount == 1
        names = f"UPDATE meeting SET name = '(raderat)', erased_by_id = {erasure} WHERE id = {rows.old}"
        assert session.execute(text(names)).rowcount == 1


def test_two_who_settle_the_same_item_settle_it_once(rows: Rows) -> None:
    meetings, outcome = rows.meetings, []
    meetings.send(rows.coming, at=MONDAY)

    def settle() -> None:
        try:
            outcome.append(bool(meetings.settle(rows.coming, 2, SettledHow.POSTPONED)))
        except Exception as error:
            outcome.append(type(error).__name__)

    threads = [threading.Thread(target=settle) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(map(str, outcome)) == ["ItemSettled", "True"]
    assert meetings.meeting(rows.coming).held_on == date(2026, 4, 16)


# --- two at once, on PostgreSQL ----------------------------------------------------------------


@pytest.fixture
def postgres_rows(postgres_copy) -> Iterator[Rows]:
    house = open_small_house(postgres_copy("small_house", furnish))
    yield Rows(house)
    house.database.close()


CLOSE = "UPDATE meeting SET agenda_sent_on = '2026-04-01', closed_on = '2026-04-16' WHERE id = {coming}"
SETTLE = "UPDATE agenda_item SET settled_at = {AT}, settled_how = 'noted' WHERE meeting_id = {coming}"
OPEN_AGAIN = "UPDATE agenda_item SET settled_at = NULL, settled_how = NULL WHERE id = {topic}"
ADD = "INSERT INTO agenda_item ({ITEM}) VALUES ({FORUM}, {coming}, NULL, 'Sent', 'chosen', 'discussion', {AT}, 9)"


@pytest.mark.parametrize(("first", "second"), [(CLOSE, ADD), (CLOSE, OPEN_AGAIN), (ADD, CLOSE), (OPEN_AGAIN, CLOSE)])
def test_v14_neither_a_closing_nor_an_item_slips_past_the_other(postgres_rows: Rows, first: str, second: str) -> None:
    database, outcome = postgres_rows.house.database, []
    names = {"FORUM": FORUM, "ITEM": ITEM, "AT": AT, **vars(postgres_rows)}
    with database.transaction() as session:
        session.execute(text(SETTLE.format(**names)))

    def act() -> None:
        try:
            with database.transaction() as session:
                session.execute(text(second.format(**names)))
            outcome.append(None)
        except IntegrityError as error:
            outcome.append(error)

    other = threading.Thread(target=act)
    with database.transaction() as session:
        session.execute(text(first.format(**names)))
        other.start()
        _wait_until_somebody_waits(database)
    other.join(timeout=20)
    assert isinstance(outcome[0], IntegrityError)


def _wait_until_somebody_waits(database: Database) -> None:
    """Return when a transaction waits for a lock of another one."""
    for _ in range(500):
        with database.reading() as session:
            if session.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first() is not None:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
