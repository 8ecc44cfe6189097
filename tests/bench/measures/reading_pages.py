"""Reading: first pages of desk, lists and searches in databases of several sizes; and the page of one case."""

import logging
import statistics
from contextlib import ExitStack
from datetime import UTC, datetime

import structlog
from sqlalchemy import event

from bench.ground.bench import Bench, port_of
from bench.ground.driving import LoadRequest, drive
from bench.ground.houses import MeasuredHouse, running, ventil
from bench.ground.seeding import contact_person, town
from bench.measures.changing import headers
from bench.table import BenchRow, Target
from cases.access.actors import A_VISITOR
from cases.commenting import comment
from cases.handing_in import Request, hand_in
from cases.history.words import Visibility
from cases.settings import read_settings
from cases.states import Kind
from web import create_app

PAGES = {
    "desk: came in": "/skrivbord?del=inkommet",
    "desk: overdue": "/skrivbord?del=forsenat",
    "desk: nothing done by a person": "/skrivbord?del=ror",
    "desk: all open, one topic": "/skrivbord?del=alla&category=category3",
    "a department's list": "/enhet/gata",
    "API: overdue by due day": "/api/v1/cases?overdue=true&sort=due",
    "API: one department's assigned": "/api/v1/cases?responsible=gata&state=assigned",
    "API: one place": "/api/v1/cases?place=place7",
    "search: a very common word": "/sok?q=lampan",
    "search: two words": "/sok?q=trasig+Slottsgatan",
    "search: a rare street and number": "/sok?q=Torpslingan+77",
    "search: nothing found": "/sok?q=kvartsporfyr",
    "search on the desk": "/skrivbord?del=alla&q=bussar",
}
SIZES = {"postgresql": (1_000, 10_000, 100_000, 1_000_000), "sqlite": (1_000, 10_000, 100_000)}
COMPARED_WITH = {1_000_000: 10_000, 100_000: 1_000, 10_000: 1_000}  # by the largest size
AT_MOST = Target(1.5)


def first_pages(bench: Bench) -> list[BenchRow]:
    """Measure first pages at 1,000 to 1,000,000 cases: p95 of the largest database compared with a small one."""
    return [row for kind in SIZES for row in _on(bench, kind)]


def _on(bench: Bench, kind: str) -> list[BenchRow]:
    towns = {size: _town(bench, kind, size) for size in SIZES[kind] if size <= bench.most}
    with ExitStack() as stack:
        for house in towns.values():
            port = port_of(house)
            stack.enter_context(running(house, ventil("web", "--port", str(port), "--processes", "1"), port=port))
        rows = [_row(bench, kind, what, path, towns) for what, path in PAGES.items()]
    for house in towns.values():
        bench.drop(house)
    return rows


def _town(bench: Bench, kind: str, size: int) -> MeasuredHouse:
    house = bench.house(kind)
    town(house.database, bench.few(size) if size > 10_000 else size // (10 if bench.quick else 1), datetime.now(UTC))
    return house


def _row(bench: Bench, kind: str, what: str, path: str, towns: dict[int, MeasuredHouse]) -> BenchRow:
    """Fetch the page from every town in turn, for some rounds; compare the medians of the rounds' p95."""
    count, times = bench.some(60), {size: list[list[float]]() for size in towns}
    for number in range(bench.rounds + 1):
        for size, house in towns.items():
            logged_in = (("Cookie", house.cookie), *headers(house.token))  # for pages, and for the API
            outcome = drive(port_of(house), [LoadRequest("GET", path, headers=logged_in)] * (count if number else 8), 1)
            if set(outcome.statuses) != {200}:
                raise RuntimeError(f"{path}: {outcome.statuses}")
            times[size] += [sorted(outcome.each)] if number else []
    p95 = {size: [1000 * each[int(len(each) * 0.95)] for each in rounds] for size, rounds in times.items()}
    p50 = {size: 1000 * statistics.median(statistics.median(each) for each in rounds) for size, rounds in times.items()}
    large = max(towns)
    small = COMPARED_WITH[large]
    ratios = [many / few for few, many in zip(p95[small], p95[large], strict=True)]
    return BenchRow(
        f"{what}: p95", f"{kind}, {small:,} | {large:,} cases", "ms",
        statistics.median(p95[large]), statistics.median(p95[small]),
        statistics.median(p95[large]) / statistics.median(p95[small]),
        (max(ratios) - min(ratios)) / statistics.median(ratios), AT_MOST,
        "p50 " + ", ".join(f"{size:,}: {p50[size]:.1f}" for size in towns),
    )  # fmt: skip


def case_page(bench: Bench) -> list[BenchRow]:
    """Measure the page of a case with 20 and with 200 events, for the contact person: queries and time."""
    return [row for kind in ("postgresql", "sqlite") for row in _case_page(bench, kind)]


def _case_page(bench: Bench, kind: str) -> list[BenchRow]:
    house = bench.house(kind)
    few, many = (_queries_and_time(house, _with_events(house, events), bench.some(40)) for events in (20, 200))
    bench.drop(house)
    beside = f"{few[0]} with 20 events"
    return [
        BenchRow(
            "a case's page with 200 events: queries", kind, "", many[0], target=Target(6, of="ours"), beside=beside
        ),
        BenchRow("a case's page, 20 | 200 events: time in the process", kind, "ms", many[1], few[1], many[1] / few[1]),
    ]


def _with_events(house: MeasuredHouse, many: int) -> str:
    """Return the reference of a new case that has been commented on until it has so many events."""
    with house.database.transaction() as session:
        case = hand_in(session, Request(Kind.ISSUE, "Trasig lykta", "Släckt."), by=A_VISITOR, at=datetime.now(UTC))
        desk = contact_person(session, datetime.now(UTC))
        for number in range(many - case.version):
            comment(session, case, f"Vi har ringt {number} gånger.", Visibility.PUBLIC, by=desk, at=datetime.now(UTC))
        return case.ref


def _queries_and_time(house: MeasuredHouse, ref: str, times: int) -> tuple[int, float]:
    """Return the number of queries that the page makes, and the median of its milliseconds, within this process."""
    statements: list[str] = []
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    browser = create_app(read_settings(house.environment), house.database).test_client()
    browser.set_cookie(*house.cookie.split("=", 1), domain="127.0.0.1")
    event.listen(house.database.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    milliseconds, counted = list[float](), 0
    for _ in range(times):
        statements.clear()
        began = datetime.now(UTC)
        if browser.get(f"/arenden/{ref}", base_url=house.environment["VENTIL_BASE_URL"]).status_code != 200:
            raise RuntimeError("the case's page was not shown")
        milliseconds.append((datetime.now(UTC) - began).total_seconds() * 1000)
        counted = sum(not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT")) for statement in statements)
    return counted, statistics.median(milliseconds)
