# ruff: noqa: E501 - one forbidden row a line
"""What a plan may not become, refused by the database itself: on SQLite and on PostgreSQL."""

import threading
import time
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from support.houses.small_house import MONDAY, SmallHouse, furnish, open_small_house
from support.plans.plan_rows import PlanRows

from cases.case import case_to_change
from cases.correcting import erase_words
from cases.database.base import Base
from cases.database.transactions import Database
from cases.states import State

A_YEAR_ON = date(2027, 3, 1)
ITEM = "version_id, unit_id, focus_id, number, kind, title"
VERSION = "plan_id, unit_id, number, year, revision, changed_at"
DROP = "version_id, item_id, unit_id, fate, reason"


@pytest.fixture
def rows(small_house: SmallHouse) -> PlanRows:
    return PlanRows(small_house)


def refused(rows: PlanRows, *statements: str) -> None:
    """See that the last of the statements is refused, and with it all of them."""
    names = {"VERSION": VERSION, "ITEM": ITEM, "DROP": DROP, "carried_from": rows.items[0], **vars(rows)}
    *before, last = (statement.format(**names) for statement in statements)
    with pytest.raises(IntegrityError), rows.house.database.transaction() as session:
        for statement in before:
            session.execute(text(statement))
        session.execute(text(last))


# --- V7: one draft, one local plan, one municipal plan --------------------------------------


TWICE = [
    "INSERT INTO plan (slug, kind, unit_id, revise_months) SELECT 'annan', 'local', unit_id, 12 FROM plan WHERE id = {plan}",
    "INSERT INTO plan (slug, kind, unit_id, revise_months) SELECT slug, 'strategy', unit_id, 12 FROM plan WHERE id = {plan}",
    "UPDATE plan SET kind = 'municipal'",
    "UPDATE plan SET kind = 'dream'",
    "UPDATE plan SET revise_months = 0",
    "INSERT INTO plan_version ({VERSION}) SELECT plan_id, unit_id, 3, 2026, 1, changed_at FROM plan_version WHERE id = {second}",
    "INSERT INTO plan_version ({VERSION}) SELECT plan_id, unit_id, 1, 2026, 1, changed_at FROM plan_version WHERE id = {second}",
    "UPDATE plan_version SET number = 0 WHERE id = {second}",
    "UPDATE plan_version SET unit_id = (SELECT unit_id FROM plan_version WHERE id = {other}) WHERE id = {second}",
    "UPDATE plan_version SET follows_id = {other} WHERE id = {second}",
    "UPDATE plan_version SET adopted_on = '2027-01-01' WHERE id = {second}",
    "UPDATE plan_version SET event_id = (SELECT min(id) FROM event) WHERE id = {second}",
]  # fmt: skip


def test_v7_a_plan_has_one_draft_and_a_group_one_plan(rows: PlanRows) -> None:
    for forbidden in TWICE:
        refused(rows, forbidden)


# --- keys and checks of what a version holds -------------------------------------------------


OUT_OF_PLACE = [
    "UPDATE focus_area SET rank = 0 WHERE id = {area}",
    "UPDATE focus_area SET name = '' WHERE id = {area}",
    "INSERT INTO focus_area (version_id, rank, name) VALUES ({second}, 1, 'Vägar')",
    "UPDATE plan_item SET focus_id = {first_area} WHERE id = {carried}",
    "UPDATE plan_item SET unit_id = (SELECT unit_id FROM plan_version WHERE id = {other}) WHERE id = {carried}",
    "UPDATE plan_item SET kind = 'wish' WHERE id = {carried}",
    "UPDATE plan_item SET title = '' WHERE id = {carried}",
    "UPDATE plan_item SET quarter = 5 WHERE id = {carried}",
    "UPDATE plan_item SET year = 26 WHERE id = {carried}",
    "UPDATE plan_item SET cost_ore = -1 WHERE id = {carried}",
    "UPDATE plan_item SET focus_id = NULL WHERE id = {carried}",
    "INSERT INTO plan_item ({ITEM}) SELECT version_id, unit_id, focus_id, 1, kind, title FROM plan_item WHERE id = {carried}",
    "INSERT INTO plan_item ({ITEM}, origin_id) SELECT version_id, unit_id, focus_id, 2, kind, title, origin_id FROM plan_item WHERE id = {carried}",
    "INSERT INTO plan_item ({ITEM}, case_id) SELECT version_id, unit_id, focus_id, 2, kind, title, case_id FROM plan_item WHERE id = {carried}",
    "INSERT INTO plan_drop ({DROP}) SELECT id, {carried}, unit_id, 'dropped', 'Nej' FROM plan_version WHERE id = {other}",
    "INSERT INTO plan_drop ({DROP}) SELECT {second}, id, unit_id, 'forgotten', 'Nej' FROM plan_item WHERE id = {carried}",
    "INSERT INTO plan_drop ({DROP}) SELECT {second}, id, unit_id, 'dropped', '' FROM plan_item WHERE id = {carried}",
]  # fmt: skip


def test_v5_an_item_stands_in_an_area_of_its_own_version(rows: PlanRows) -> None:
    for forbidden in OUT_OF_PLACE:
        refused(rows, forbidden)


# --- V5, V6, V8: adopted only when whole -----------------------------------------------------

WHOLE = {
    "V5 no responsible unit": ("a responsible unit", "UPDATE plan_item SET responsible_id = NULL WHERE id = {carried}"),
    "V5 no year": ("a year", "UPDATE plan_item SET year = NULL WHERE id = {carried}"),
    "V5 no topic": ("a topic", "UPDATE plan_item SET category_id = NULL WHERE id = {carried}"),
    "V6 no case": ("and a case", "UPDATE plan_item SET case_id = NULL WHERE id = {carried}"),
    "V6 another case than before": (
        "with its case",
        "UPDATE plan_item SET case_id = (SELECT id FROM \"case\" WHERE title = 'Badbrygga') WHERE id = {carried}",
    ),
    "V8 follows nothing": ("follows the one", "UPDATE plan_version SET follows_id = NULL WHERE id = {second}"),
    "V8 neither carried nor dropped": ("vanishes", "UPDATE plan_item SET origin_id = NULL WHERE id = {carried}"),
    "V8 carried and dropped": (
        "not both",
        "INSERT INTO plan_drop ({DROP}) SELECT {second}, id, unit_id, 'dropped', 'Nej' FROM plan_item WHERE id ="
        " (SELECT origin_id FROM plan_item WHERE id = {carried})",
    ),
    "V8 carried on from the draft itself": (
        "of the same plan",
        "UPDATE plan_item SET origin_id = id WHERE id = {carried}",
    ),
    "V11 no local plan": ("only a local plan", "UPDATE plan SET kind = 'strategy' WHERE id = {plan}"),
}


def test_v5_v6_v8_a_version_is_adopted_only_when_it_is_whole(rows: PlanRows) -> None:
    with rows.house.database.transaction() as session:
        rows.drop(session, item=rows.items[1])
    for says, change in WHOLE.values():
        with pytest.raises(IntegrityError, match=says), rows.house.database.transaction() as session:
            session.execute(text(change.format(DROP=DROP, **vars(rows))))
            rows.adopt(session, rows.second, A_YEAR_ON)


def test_v5_a_version_without_areas_is_not_adopted(rows: PlanRows) -> None:
    with pytest.raises(IntegrityError, match="a plan has an area"), rows.house.database.transaction() as session:
        rows.adopt(session, rows.other, A_YEAR_ON)


def test_v8_an_item_of_the_version_before_does_not_vanish(rows: PlanRows) -> None:
    with pytest.raises(IntegrityError, match="nothing vanishes"), rows.house.database.transaction() as session:
        rows.adopt(session, rows.second, A_YEAR_ON)
    with rows.house.database.transaction() as session:
        rows.drop(session, item=rows.items[1])
        rows.adopt(session, rows.second, A_YEAR_ON)


def test_v8_an_item_whose_case_had_ended_may_be_left_out_and_comes_back_with_its_case(rows: PlanRows) -> None:
    rows.house.change(rows.refs[1], State.DONE, note="Byggd", at=MONDAY)
    with rows.house.database.transaction() as session:
        rows.adopt(session, rows.second, A_YEAR_ON)
        third = rows.add_third(session)
    rows.house.change(rows.refs[1], State.ASSIGNED, by="contact", note="Sprucken", responsible="gata", step="reopen")
    with pytest.raises(IntegrityError, match="nothing vanishes"), rows.house.database.transaction() as session:
        rows.adopt(session, third, A_YEAR_ON.replace(year=2028))


def test_a_plan_is_adopted_once_a_day(rows: PlanRows) -> None:
    with rows.house.database.transaction() as session:
        rows.drop(session, item=rows.items[1])
    with pytest.raises(IntegrityError), rows.house.database.transaction() as session:
        rows.adopt(session, rows.second, date(2026, 3, 2))


# --- V6: nothing in a version changes after its adoption -------------------------------------

FROZEN = [
    "UPDATE plan_version SET year = 2027 WHERE id = {first}",
    "UPDATE plan_version SET adopted_on = NULL, event_id = NULL WHERE id = {first}",
    "DELETE FROM plan_version WHERE id = {first}",
    "INSERT INTO plan_version ({VERSION}, adopted_on, event_id) SELECT plan_id, unit_id, 3, 2026, 1, changed_at, '2028-01-01', (SELECT max(id) FROM event) FROM plan_version WHERE id = {second}",
    "UPDATE plan_item SET title = 'Annat' WHERE id = {carried_from}",
    "UPDATE plan_item SET title = title WHERE id = {carried_from}",
    "DELETE FROM plan_item WHERE id = {carried_from}",
    "UPDATE plan_item SET version_id = {first}, focus_id = {first_area}, number = 3, origin_id = NULL, case_id = NULL WHERE id = {carried}",
    "UPDATE plan_item SET version_id = {second}, focus_id = {area}, number = 9, case_id = NULL WHERE id = {carried_from}",
    "INSERT INTO plan_item ({ITEM}) SELECT version_id, unit_id, focus_id, 3, kind, title FROM plan_item WHERE id = {carried_from}",
    "UPDATE focus_area SET name = 'Annat' WHERE id = {first_area}",
    "DELETE FROM focus_area WHERE id = {first_area}",
    "INSERT INTO focus_area (version_id, rank, name) VALUES ({first}, 2, 'Bad')",
    "UPDATE focus_area SET version_id = {first}, rank = 2 WHERE id = {area}",
    "INSERT INTO plan_drop ({DROP}) SELECT {first}, id, unit_id, 'dropped', 'Nej' FROM plan_item WHERE id = {carried}",
]  # fmt: skip
ON_SQLITE = [
    "INSERT OR REPLACE INTO plan_version (id, {VERSION}) SELECT id, plan_id, unit_id, number, 1999, 1, changed_at FROM plan_version WHERE id = {first}",
    "INSERT OR REPLACE INTO plan_version (id, {VERSION}) SELECT 4711, plan_id, unit_id, 1, 1999, 1, changed_at FROM plan_version WHERE id = {first}",
    "UPDATE OR REPLACE plan_version SET number = 1 WHERE id = {second}",
    "UPDATE OR REPLACE plan_version SET id = {first} WHERE id = {second}",
    "INSERT OR REPLACE INTO plan_item (id, {ITEM}) SELECT {carried_from}, version_id, unit_id, focus_id, 7, kind, 'Annat' FROM plan_item WHERE id = {carried}",
    "INSERT OR REPLACE INTO plan_item ({ITEM}) SELECT version_id, unit_id, focus_id, number, kind, 'Annat' FROM plan_item WHERE id = {carried_from}",
    "UPDATE OR REPLACE plan_item SET id = {carried_from} WHERE id = {carried}",
    "INSERT OR REPLACE INTO focus_area (id, version_id, rank, name) VALUES ({first_area}, {second}, 5, 'Annat')",
    "INSERT OR REPLACE INTO focus_area (version_id, rank, name) VALUES ({first}, 1, 'Annat')",
]  # fmt: skip
ON_POSTGRESQL = [f"TRUNCATE {table} CASCADE" for table in ("plan_version", "focus_area", "plan_item", "plan_drop")]


def test_v6_nothing_in_a_version_changes_after_its_adoption(rows: PlanRows) -> None:
    for forbidden in [*FROZEN, *(ON_SQLITE if rows.house.database.is_sqlite else ON_POSTGRESQL)]:
        refused(rows, forbidden)


def test_v6_the_drop_of_an_adopted_version_stays(rows: PlanRows) -> None:
    with rows.house.database.transaction() as session:
        rows.drop(session, item=rows.items[1])
        rows.adopt(session, rows.second, A_YEAR_ON)
    for forbidden in ("DELETE FROM plan_drop", "UPDATE plan_drop SET reason = 'Annat'"):
        refused(rows, forbidden)


def test_a_draft_may_be_changed_and_deleted(rows: PlanRows) -> None:
    with rows.house.database.transaction() as session:
        for statement in (
            "UPDATE plan_item SET title = 'Annat' WHERE id = {carried}",
            "DELETE FROM plan_item WHERE id = {carried}",
            "DELETE FROM focus_area WHERE id = {area}",
            "DELETE FROM plan_version WHERE id = {second}",
        ):
            assert session.execute(text(statement.format(**vars(rows)))).rowcount == 1


# --- anchorings -------------------------------------------------------------------------------

ANCHORED = (
    "INSERT INTO anchoring (unit_id, kind, on_day, reached, text, event_id)"
    " SELECT unit_id, 'meeting', '2026-03-01', 40, 'Stormöte', (SELECT max(id) FROM event)"
    " FROM plan_version WHERE id = {first}"
)


NOT_ANCHORED = [
    "UPDATE anchoring SET reached = 4000",
    "DELETE FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, text, event_id) SELECT unit_id, kind, on_day, text, event_id FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, text, event_id) SELECT unit_id, 'rumour', on_day, text, 1 FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, text, event_id) SELECT unit_id, kind, on_day, '', 1 FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, reached, text, event_id) SELECT unit_id, kind, on_day, -1, text, 1 FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, text, event_id, replaces_id) SELECT (SELECT unit_id FROM plan_version WHERE id = {other}), kind, on_day, text, 1, id FROM anchoring",
    "INSERT INTO anchoring (unit_id, kind, on_day, text) SELECT unit_id, kind, on_day, text FROM anchoring",
]  # fmt: skip


def test_v3_an_anchoring_has_its_own_event_and_is_never_changed(rows: PlanRows) -> None:
    with rows.house.database.transaction() as session:
        session.execute(text(ANCHORED.format(**vars(rows))))
    for forbidden in NOT_ANCHORED:
        refused(rows, forbidden)
    if rows.house.database.is_sqlite:
        columns = "id, unit_id, kind, on_day, text, event_id"
        refused(rows, f"INSERT OR REPLACE INTO anchoring ({columns}) SELECT {columns} FROM anchoring")
    else:
        refused(rows, "TRUNCATE anchoring")


# --- erasing by decision: the one change that is let through ------------------------------------

TEXTS = {  # the texts of each table that may be erased, of a row of an adopted version or an anchoring
    "plan_version": (("vision", "situation", "strengths"), "id = {first}"),
    "focus_area": (("name", "why"), "id = {first_area}"),
    "plan_item": (("title", "text"), "id = {carried_from}"),
    "plan_drop": (("reason",), "version_id = {second}"),
    "anchoring": (("text",), "unit_id = unit_id"),
}
ERASED = "'(raderat)'"
ANOTHER = {  # a value that another column would have, where one more would not do
    "kind": "CASE kind WHEN 'own' THEN 'asked' WHEN 'survey' THEN 'meeting' ELSE 'survey' END",
    "fate": "'moved'", "adopted_on": "'2029-01-01'", "on_day": "'2029-01-01'", "changed_at": "'2029-01-01 06:00:00.000000'",
}  # fmt: skip


@pytest.fixture
def written(rows: PlanRows) -> PlanRows:
    """All texts are there, the second version is adopted with a drop, and the words of a case were erased."""
    with rows.house.database.transaction() as session:
        session.execute(text("UPDATE plan_item SET text = 'Bengt vet' WHERE id = :id"), {"id": rows.carried})
        session.execute(text(ANCHORED.format(**vars(rows))))
        rows.drop(session, item=rows.items[1])
        rows.adopt(session, rows.second, A_YEAR_ON)
        case = case_to_change(session, rows.refs[2])
        rows.erasure = erase_words(session, case, "KS 1", [1], by=rows.house.actors["contact"], at=MONDAY)[-1]
    return rows


def test_v6_a_frozen_text_is_erased_by_a_decision_and_nothing_else_changes_with_it(written: PlanRows) -> None:
    names = {"carried_from": written.carried, **vars(written)}
    for table, (texts, where) in TEXTS.items():
        erases = f"UPDATE {table} SET {{also}}{{texts}}erased_by_id = {{by}} WHERE {where}"
        all_texts = "".join(f"{name} = CASE WHEN {name} IS NULL THEN NULL ELSE {ERASED} END, " for name in texts)
        given = {**names, "by": written.erasure, "texts": all_texts, "also": ""}
        forbidden = [{"by": "NULL"}, {"by": "(SELECT max(id) FROM event WHERE type = 'case.received')"}, {"texts": ""}]
        forbidden += [{"texts": f"{texts[-1]} = 'Något annat', "}]
        forbidden += [{"also": f"{name} = {ANOTHER.get(name, f'coalesce({name}, 0) + 1')}, "} for name in fixed(table)]
        for wrong in forbidden:
            refused(written, erases.format(**{**given, **wrong}))
        with written.house.database.transaction() as session:
            if table != "plan_version":  # which says nothing here
                assert session.execute(text(erases.format(**given))).rowcount == 1
        refused(written, erases.format(**given))  # once


def fixed(table: str) -> list[str]:
    """Return the columns of the table that no erasing may change."""
    columns = Base.metadata.tables[table].columns.keys()
    return [name for name in columns if name not in {*TEXTS[table][0], "erased_by_id"}]


# --- two at once, on PostgreSQL ----------------------------------------------------------------


@pytest.fixture
def postgres_rows(postgres_copy):
    house = open_small_house(postgres_copy("small_house", furnish))
    yield PlanRows(house)
    house.database.close()


def test_v6_a_change_does_not_slip_past_an_adoption_that_has_begun(postgres_rows: PlanRows) -> None:
    rows, database = postgres_rows, postgres_rows.house.database
    outcome: list[BaseException | None] = []

    def change() -> None:
        try:
            with database.transaction() as session:
                session.execute(text(f"UPDATE plan_item SET title = 'Annat' WHERE id = {rows.carried}"))
            outcome.append(None)
        except IntegrityError as error:
            outcome.append(error)

    other = threading.Thread(target=change)
    with database.transaction() as session:
        rows.drop(session, item=rows.items[1])
        rows.adopt(session, rows.second, A_YEAR_ON)
        other.start()
        wait_until_somebody_waits(database)
    other.join(timeout=20)
    assert isinstance(outcome[0], IntegrityError)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE plan_item SET year = NULL WHERE id = {carried}", "a year"),
        ("DELETE FROM plan_drop WHERE version_id = {second}", "nothing vanishes"),
        ("UPDATE \"case\" SET state = 'assigned' WHERE ref = '{reopened}'", "nothing vanishes"),
    ],
)  # fmt: skip
def test_v5_v8_an_adoption_does_not_slip_past_a_change_that_has_begun(
    postgres_rows: PlanRows, change: str, says: str
) -> None:
    rows, database = postgres_rows, postgres_rows.house.database
    rows.reopened = rows.refs[1]
    if "reopened" in change:
        rows.house.change(rows.reopened, State.DONE, note="Byggd", at=MONDAY)
    else:
        with database.transaction() as session:
            rows.drop(session, item=rows.items[1])
    outcome: list[BaseException | None] = []

    def adopt() -> None:
        try:
            with database.transaction() as session:
                rows.adopt(session, rows.second, A_YEAR_ON)
            outcome.append(None)
        except IntegrityError as error:
            outcome.append(error)

    other = threading.Thread(target=adopt)
    with database.transaction() as session:
        session.execute(text(change.format(**vars(rows))))
        other.start()
        wait_until_somebody_waits(database)
    other.join(timeout=20)
    assert says in str(outcome[0])


def wait_until_somebody_waits(database: Database) -> None:
    """Return when a transaction waits for a lock of another one."""
    for _ in range(500):
        with database.reading() as session:
            if session.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first() is not None:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
