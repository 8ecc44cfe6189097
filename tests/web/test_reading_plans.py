"""What pages read: no query reads a whole table of what grows, and a case's page asks as often however long it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from small_pages import visitor
from sqlalchemy import event, text

from cases.case import Case, case_to_change
from cases.commenting import comment
from cases.database import table_of
from cases.ladder.overdue import sweep
from cases.records.words import Visibility
from cases.town.people import actor_for

GROWING = r"(case|event|words|work|delivery|delivery_line|fired_rung)"
LISTS = (
    *(f"/skrivbord?del={pile}" for pile in (
        "inkommet", "forsenat", "snart", "ror", "atersant", "vantar", "vilande", "klart", "alla",
    )),
    "/skrivbord?del=alla&category=trafik&place=norrby",
    "/skrivbord?del=inkommet&responsible=gata",
    "/skrivbord?del=alla&q=lampan",
    *(f"/enhet/gata?del={pile}" for pile in ("oppna", "forsenade", "vilande", "klara")),
    "/enhet/norrby",
    "/sok?q=lampan",
    "/sok?q=trasig+lampa",
    "/sok?q=finnsej",
)  # fmt: skip
CALLS = (
    "/cases", "/cases?overdue=true&sort=due", "/cases?state=assigned&sort=due", "/cases?place=norrby",
    "/cases?responsible=gata&state=assigned", "/cases?category=trafik&sort=due", "/cases?group=norrby",
    "/cases?q=lampan", "/cases?sort=untouched&state=received",
)  # fmt: skip


@contextmanager
def asked(database) -> Iterator[list[tuple[str, object]]]:
    """Give the questions that are asked of the database meanwhile, with their values."""
    said = []

    def listen(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")):
            said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


def whole_tables(database, question: tuple[str, object], *, is_large: bool = False) -> list[str]:
    """Give the growing tables that answering reads from end to end, where there is an index to choose."""
    statement, values = question
    with database.reading() as session:
        driver = session.connection()
        if database.is_sqlite:
            steps = [row[-1] for row in driver.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            names = dict(re.findall(r'"?(\w+)"? AS (\w+)', statement))
            if re.search(r'ORDER BY "case".id( DESC)?\s+LIMIT', statement):
                return []  # by row number, in which SQLite keeps the table, until the page is full
            read = [step.split()[1] for step in steps if re.fullmatch(r"SCAN \w+", step)]
            found = [re.sub(r"_\d+$", "", names.get(name, name) or name) for name in read]
            return [name for name in found if re.fullmatch(GROWING, name)]
        if not is_large:
            driver.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a small table is read whole for its size alone
        plan = "\n".join(row[0] for row in driver.exec_driver_sql(f"EXPLAIN {statement}", values))
        return re.findall(rf'Seq Scan on "?{GROWING}"?(?: |$)', plan)


@pytest.fixture
def town(web):
    """A few cases in several states, known to the planner."""
    for number in range(12):
        ref = web.case(title=f"Trasig lampa {number}", category="trafik", place="norrby")["ref"]
        if number % 3:
            web.post(f"/cases/{ref}/changes", {"to": "assigned", "responsible": "gata", "version": 1}, by="contact")
    with web.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return web


def test_no_page_reads_a_whole_table(town):
    browser = visitor(town, "contact")
    for page in (*LISTS, "/arenden/2026-0002"):
        with asked(town.database) as said:
            assert browser.get(page).status_code == 200, page
        assert said
        assert [(page, found) for one in said if (found := whole_tables(town.database, one))] == []


def test_no_list_of_the_api_reads_a_whole_table(town):
    for call in CALLS:
        with asked(town.database) as said:
            assert town.get(call, by="contact").status_code == 200, call
        assert [(call, found) for one in said if (found := whole_tables(town.database, one))] == []


def test_a_sweep_with_nothing_due_reads_no_table_though_many_were_due_when_they_were_counted(web):
    web.case()
    names = [column.name for column in table_of(Case).c]
    own = {"id": "c.id + k", "ref": "ref || k", "public_id": "public_id || k"}
    with web.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (
            f"""INSERT INTO "case" ({", ".join(names)}) WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n
            WHERE k < 3000) SELECT {", ".join(own.get(name, name) for name in names)} FROM "case" c CROSS JOIN n""",
            """UPDATE "case" SET next_at = '2000-01-01 00:00:00.000000'""",
            "ANALYZE",
            """UPDATE "case" SET next_at = rung_at""",
        ):
            connection.execute(text(statement))
    with asked(web.database) as said:
        assert sweep(web.database) == 0
    assert len(said) >= 2
    assert [found for one in said if (found := whole_tables(web.database, one, is_large=True))] == []


def test_a_cases_page_asks_as_often_however_much_has_happened(web):
    browser, ref = visitor(web, "contact"), web.case()["ref"]
    questions = []
    for many in (20, 200):
        with web.database.transaction() as session:
            case, actor = case_to_change(session, ref), actor_for(session, web.person_id("contact"))
            for number in range(many - case.version):
                comment(session, case, f"Ringt {number}", Visibility.PUBLIC, by=actor, at=datetime.now(UTC))
        browser.get(f"/arenden/{ref}")
        with asked(web.database) as said:
            assert browser.get(f"/arenden/{ref}").text.count("Ringt ") == many - 1
        questions.append(len(said))
    assert questions[0] == questions[1] <= 13
