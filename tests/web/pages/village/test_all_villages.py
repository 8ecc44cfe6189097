"""The list of all villages: each with its plan, for everybody, in the order that is asked for, and as a table."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.houses.statements import counted
from support.plans.plan_acts import ASKED, JOINT, OWN, PlanActs

from cases.organisation.units import Unit, UnitKind
from cases.states import State

IN_DECEMBER = datetime(2026, 12, 1, 9, tzinfo=UTC)  # so near the day in spring that the next one is a year later
NEXT_SUMMER = datetime(2027, 7, 1, 10, tzinfo=UTC)
MANY = 80


@pytest.fixture
def plan(sqlite_web) -> Iterator[PlanActs]:
    """The plan of norrby, adopted; soderby has none, and owes its first one."""
    plan = PlanActs(sqlite_web.house)
    plan.house.sweep(MONDAY)
    plan.adopted(at=IN_DECEMBER)
    plan.house.change(plan.named(OWN.title).case, State.DONE, by="member", at=IN_DECEMBER, note="Klart")
    for title in (JOINT.title, ASKED.title):
        plan.house.change(plan.named(title).case, State.PLANNED, due_on=date(2027, 3, 3), at=IN_DECEMBER)
    plan.house.sweep(IN_DECEMBER.replace(day=4))
    with time_machine.travel(NEXT_SUMMER, tick=False):
        yield plan


def test_everybody_reads_whose_plan_is_late_and_how_much_is_done(sqlite_web, plan):
    page = visitor(sqlite_web).read("/planer")
    assert "2 grupper. 1 plan är försenad." in page
    assert "Norrby 2026 Norrby 1 av 3 klara 2 " in page
    assert "Alla grupper Klart Pågående Planerat Försenat Vilar eller avslutat" in page
    assert "Söderby" not in page
    assert "Soderby saknas – – Försenad: den första planen skulle ha antagits senast 20 april 2027." in page
    english = visitor(sqlite_web).read("/planer?lang=en")
    assert "2 groups. 1 plan is late." in english
    assert "1 of 3 done" in english


@pytest.mark.parametrize(
    ("sort", "first"),
    [("namn", "norrby"), ("ar", "norrby"), ("klart", "norrby"), ("forsenat", "norrby"), ("uppdateras", "soderby"),
     ("obegripligt", "norrby")],
)  # fmt: skip
def test_it_stands_in_the_order_that_is_asked_for(sqlite_web, plan, sort, first):
    page = visitor(sqlite_web).get(f"/planer?sort={sort}").text
    other = {"norrby": "soderby", "soderby": "norrby"}[first]
    assert page.index(f'href="/bygd/{first}"') < page.index(f'href="/bygd/{other}"')
    assert page.count("aria-sort=") == 1


def test_the_table_says_the_same(sqlite_web, plan):
    answer = visitor(sqlite_web).get("/planer.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    norrby, soderby = rows
    assert (norrby["group"], norrby["year"], norrby["plan_late"], norrby["items"]) == ("norrby", "2026", "no", "3")
    assert (norrby["items_done"], norrby["items_late"]) == ("1", "2")
    assert (soderby["year"], soderby["plan_late"], soderby["next_revision_on"]) == ("", "yes", "2027-04-20")
    assert visitor(sqlite_web).get("/planer.xlsx").data.startswith(b"PK")


def test_many_villages_take_as_many_queries_as_few(sqlite_web, plan):
    few = _queries(sqlite_web)
    with sqlite_web.database.transaction() as session:
        session.add_all(Unit(slug=f"by-{n}", kind=UnitKind.GROUP, name=f"By {n}") for n in range(MANY))
    assert _queries(sqlite_web) == few <= 4
    assert f"{MANY + 2} grupper." in visitor(sqlite_web).read("/planer")


def test_a_house_without_groups_says_so(sqlite_web):
    with sqlite_web.database.transaction() as session:
        for unit in session.query(Unit).where(Unit.kind == UnitKind.GROUP):
            unit.switch_off()
    assert "Det finns inga grupper ännu." in visitor(sqlite_web).read("/planer")


def _queries(web) -> int:
    browser = visitor(web)
    browser.get("/planer")
    with counted(web.database) as statements:
        browser.get("/planer")
    return len(statements)
