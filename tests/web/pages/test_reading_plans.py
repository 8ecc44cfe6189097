"""Query plans: no page scans a growing table, and a case's page makes as many queries however long its history is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text, update
from support.houses.small_house import PEOPLE, SINCE
from support.houses.small_pages import visitor

from cases.case import Case, case_to_change
from cases.correcting import Correction, correct, relate
from cases.database.base import table_of
from cases.files.attaching import StoredFile, attach
from cases.imports.importing import ImportOrder, examine, write
from cases.ladder.sweep import sweep
from cases.meetings.agenda_items import choose_for_agenda
from cases.organisation.people import Membership, Person
from cases.parties import Follower, Party
from cases.states import State

VIEWERS = ("contact", "officer", "head", "water_officer", "admin", "member", "representative", "nobody")
GROWING = r"(case|event|words|work|delivery|delivery_line|fired_rung)"
LISTS = (
    *(f"/skrivbord?del={pile}" for pile in (
        "inkommet", "forsenat", "snart", "ror", "atersant", "vantar", "vilande", "klart", "alla", "svar", "skrap",
    )),
    "/skrivbord?del=alla&category=trafik&place=norrby",
    "/skrivbord?del=inkommet&responsible=gata",
    "/skrivbord?del=alla&q=lampan",
    *(f"/enhet/gata?del={pile}" for pile in ("oppna", "forsenade", "vilande", "klara", "svar")),
    "/enhet/norrby",
    "/arenden", "/arenden?state=ended", "/arenden?due=3&sort=due", "/arenden?responsible=gata&sort=due",
    "/arenden?q=lampa+norrby", "/arenden?q=rut@example.se", "/arenden?q=0000-20+00+00", "/arenden?q=2026-12",
    "/bygderna",
    "/bygderna/norrby/kontakt",
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
def queries_of(database) -> Iterator[list[tuple[str, object]]]:
    """Yield a list that holds (statement, parameters) of each query sent within the block."""
    queries = []

    def record(_connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")):
            queries.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", record)
    yield queries
    event.remove(database.engine, "before_cursor_execute", record)


def plan_of(database, query: tuple[str, object], *, is_large: bool = False) -> str:
    """Return the database's query plan, a step to a line."""
    statement, values = query
    with database.reading() as session:
        driver = session.connection()
        if database.is_sqlite:
            return "\n".join(row[-1] for row in driver.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))
        if not is_large:
            driver.exec_driver_sql("SET LOCAL enable_seqscan = off")  # a small table is read whole for its size alone
        return "\n".join(row[0] for row in driver.exec_driver_sql(f"EXPLAIN {statement}", values))


def whole_tables(database, query: tuple[str, object], *, is_large: bool = False) -> list[str]:
    """Return the names of the growing tables that the query scans although it could use an index."""
    statement, plan = query[0], plan_of(database, query, is_large=is_large)
    if not database.is_sqlite:
        return re.findall(rf'Seq Scan on "?{GROWING}"?(?: |$)', plan)
    if re.search(r'ORDER BY "case".id( DESC)?\s+LIMIT', statement):
        return []  # by primary key, in whose order SQLite keeps the table, until the page is full
    names = dict(re.findall(r'"?(\w+)"? AS (\w+)', statement))
    read = re.findall(r"^SCAN (\w+)$", plan, re.MULTILINE)
    found = [re.sub(r"_\d+$", "", names.get(name, name) or name) for name in read]
    return [name for name in found if re.fullmatch(GROWING, name)]


@pytest.fixture
def town(web):
    """The app with a few cases in several states, on an analyzed database."""
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
        with queries_of(town.database) as queries:
            assert browser.get(page).status_code == 200, page
        assert queries
        assert [(page, found) for query in queries if (found := whole_tables(town.database, query))] == []


def test_no_list_of_the_api_reads_a_whole_table(town):
    for call in CALLS:
        with queries_of(town.database) as queries:
            assert town.get(call, by="contact").status_code == 200, call
        assert [(call, found) for query in queries if (found := whole_tables(town.database, query))] == []


def test_an_import_asks_what_is_there_already_by_source_and_number(town, tmp_path):
    (rows := tmp_path / "cases.csv").write_text(
        "source,external_id,state,title,received_at\nold,1,received,Bron,2026-08-31"
    )
    order = ImportOrder(rows, at=datetime(2026, 9, 1, tzinfo=UTC))
    examined = examine(town.database, order, lambda *_: None)
    with queries_of(town.database) as queries:
        assert write(town.database, order, examined, lambda _: None).written == 1
    (known,) = (query for query in queries if "external_id IN" in query[0])
    assert re.search(
        r"source=\? AND external_id=\?|Index Cond: .*source.* AND .*external_id", plan_of(town.database, known)
    )


def test_a_sweep_with_nothing_due_reads_no_table_though_many_were_due_when_they_were_counted(web):
    web.case()
    sweep(web.database)  # what ought to be owed is, for today
    names = [column.name for column in table_of(Case).c]
    own = {"id": "c.id + 1000 + k", "ref": "ref || k", "public_id": "public_id || k"}
    with web.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in (
            f"""INSERT INTO "case" ({", ".join(names)}) WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n
            WHERE k < 3000) SELECT {", ".join(own.get(name, name) for name in names)} FROM "case" c CROSS JOIN n
            WHERE c.obligation IS NULL""",
            """UPDATE "case" SET next_at = '2000-01-01 00:00:00.000000'""",
            "ANALYZE",
            """UPDATE "case" SET next_at = rung_at""",
        ):
            connection.execute(text(statement))
    with queries_of(web.database) as queries:
        assert sweep(web.database) == 0
    assert len(queries) >= 2
    assert [found for query in queries if (found := whole_tables(web.database, query, is_large=True))] == []


@pytest.fixture
def busy(web):
    """A published case with all that its page shows: files, followers, related cases, an officer who has left."""
    house = web.house
    ref, beside, merged = (house.reach(State.RECEIVED, title=title) for title in ("Bron", "Bron igen", "Bro"))
    for officer in ("colleague", "officer"):
        house.change(ref, State.ASSIGNED, responsible="gata", officer=f"{officer}@example.se")
    house.change(merged, State.MERGED, into=ref, note="Samma bro")
    with web.database.transaction() as session:
        case, at, by = case_to_change(session, ref), datetime.now(UTC), house.actors["contact"]
        case.group_id = house.unit_id("norrby")
        correct(session, case, Correction(published=True), by=by, at=at)
        choose_for_agenda(session, case, by=by, at=at)
        relate(session, case, case_to_change(session, beside), by=by, at=at)
        attach(session, case, StoredFile("0" * 64, "bro.pdf", "application/pdf", 12, "0" * 64), by=by, at=at)
        follow(session, case, at)
        session.execute(
            update(Membership).where(Membership.person_id == web.person_id("colleague")).values(until=SINCE)
        )
    return ref


def follow(session, case, at):
    party = Party(email="granne@example.se")
    session.add(party)
    session.flush()
    session.add(Follower(case_id=case.id, party_id=party.id, asked_at=at, confirmed_at=at))


def queries_by_viewer(web, ref):
    """Return the number of queries of the case's page, and of visible comments, both by kind of viewer."""
    mine = f"/arende/{web.house.case(ref).public_id}"
    pages = dict.fromkeys(VIEWERS, f"/arenden/{ref}") | {"reporter": mine}
    found, seen = {}, {}
    for who, page in pages.items():
        browser = visitor(web, who if who in PEOPLE else None)
        browser.get(page)
        with queries_of(web.database) as queries:
            text = browser.get(page).text
        seen[who] = text.count("Ringt ")
        found[who] = len(queries)
    return found, seen


def test_a_cases_page_asks_as_often_however_much_has_happened_whoever_looks(web, busy):
    found = []
    for many in (20, 200):
        for number in range(many - web.house.case(busy).version):
            web.house.comment(busy, f"Ringt {number}", by="contact")
        found.append(queries_by_viewer(web, busy))
    (few, seen_few), (many, seen_many) = found
    assert {seen_many[who] - seen_few[who] for who in seen_few} == {180}, "everybody sees every public comment"
    assert few == many
    assert max(number for who, number in many.items() if who in PEOPLE) <= 7, many
    assert max(many.values()) <= 7, many


def test_a_cases_page_asks_no_more_while_a_deputy_stands_in_for_its_officer(web, busy):
    with web.database.transaction() as session:
        officer = session.get_one(Person, web.person_id("officer"))
        officer.active, officer.deputy_id = False, web.person_id("water_head")
        session.execute(update(Membership).where(Membership.person_id == officer.id).values(until=SINCE))
    browser = visitor(web, "contact")
    browser.get(f"/arenden/{busy}")
    with queries_of(web.database) as queries:
        assert browser.get(f"/arenden/{busy}").status_code == 200
    assert len(queries) <= 7


def test_the_statistics_read_the_cases_once_and_their_answers_by_an_index(town):
    browser = visitor(town)
    for page in ("/", "/statistik?place=norrby"):
        with queries_of(town.database) as queries:
            assert browser.get(page).status_code == 200
        assert sum("answered_at" in query[0] for query in queries) <= 1
        assert len(queries) <= 10
        for query in queries:
            assert set(whole_tables(town.database, query)) <= ({"case"} if "answered_at" in query[0] else set()), query
