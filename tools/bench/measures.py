"""What is measured: each measure gives rows with the floor's figure, ours, and their ratio."""

import json
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import mailing
import services
from accounting import cpu_seconds
from driving import Outcome, Request, drive
from houses import House, floor, furnish, running, ventil
from seeding import floor_sweep, seed
from sqlalchemy import text

from cases.overdue import sweep

JSON = ("Content-Type", "application/json")
MORNING = datetime(2026, 11, 24, 10, tzinfo=UTC)


@dataclass
class Row:
    """One line of the table."""

    what: str
    database: str
    clients: str
    floor: str
    ventil: str
    ratio: float | None = None
    target: float | None = None

    def cells(self) -> tuple[str, ...]:
        """Give the line as text; a target that is missed is marked."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        missed = self.ratio is not None and self.target is not None and self.ratio > self.target
        target = "" if self.target is None else f"<= {self.target:g}{' MISSED' if missed else ''}"
        return (self.what, self.database, self.clients, self.floor, self.ventil, ratio, target)


@dataclass
class Bench:
    """The servers of the run, and how much of everything."""

    folder: Path
    postgres: services.Server
    redis_url: str
    quick: bool = False
    _made: int = field(default=0)

    @property
    def rounds(self) -> int:
        """How often each pair is measured; the median counts."""
        return 1 if self.quick else 3

    def some(self, many: int) -> int:
        """Give how many of something: a twentieth when only quick."""
        return max(many // 20, 8) if self.quick else many

    def url(self, kind: str) -> str:
        """Give the URL of a new, empty database."""
        self._made += 1
        if kind == "sqlite":
            return f"sqlite:///{self.place() / 'ventil.sqlite3'}"
        return services.fresh_database(self.postgres.url, f"bench{self._made}")

    def place(self) -> Path:
        """Give a new folder."""
        self._made += 1
        folder = self.folder / str(self._made)
        folder.mkdir()
        return folder

    def house(self, kind: str, **more: str) -> House:
        """Give a furnished house on a new database."""
        port = services.free_port()
        return furnish(self.place(), self.url(kind), VENTIL_BASE_URL=f"http://127.0.0.1:{port}", **more)

    def pids(self, house: House, processes: list[int]) -> list[int]:
        """Give the processes whose CPU counts: the database's too, where it is a process."""
        return processes if house.database.is_sqlite else [*processes, self.postgres.pid]


def port_of(house: House) -> int:
    """Give the port that the house is to answer on."""
    return int(house.environment["VENTIL_BASE_URL"].rpartition(":")[2])


def over_http(bench: Bench) -> list[Row]:
    """Handed-in cases and changes of state over HTTP, with 1 and 4 clients."""
    return [row for kind in ("postgresql", "sqlite") for row in _over_http(bench, kind)]


def _over_http(bench: Bench, kind: str) -> list[Row]:
    rows: list[Row] = []
    count = bench.some(600)
    with ExitStack() as stack:
        ours, plain, port = bench.house(kind), bench.house(kind), services.free_port()
        served = ventil("web", "--port", str(port_of(ours)), "--processes", "2" if kind == "postgresql" else "1")
        sides = (
            Side("floor", plain, port, stack.enter_context(running(plain, floor(plain.url, port), port=port))),
            Side("ours", ours, port_of(ours), stack.enter_context(running(ours, served, port=port_of(ours)))),
        )
        for what, requests, target in (("hand in", _hand_ins, None), ("change of state", _changes, 2.5)):
            for clients in (1, 4):
                figures = _in_turn(bench, sides, requests, count, clients)
                rows += _http_rows(f"{what} over HTTP", (kind, str(clients)), figures, target)
        for side in sides:
            side.house.database.close()
    return rows


@dataclass
class Side:
    """The floor or Ventil, as it runs."""

    name: str
    house: House
    port: int
    pids: list[int]


Requests = Callable[[House, int], list[Request]]
Figures = dict[str, list[tuple[float, float]]]


def _in_turn(bench: Bench, sides: tuple[Side, ...], requests: Requests, count: int, clients: int) -> Figures:
    """Drive both sides in turn; give (requests per second, CPU seconds each) of every round."""
    figures: Figures = {side.name: [] for side in sides}
    for _ in range(bench.rounds):
        for side in sides:
            asked = requests(side.house, count)
            pids = bench.pids(side.house, side.pids)
            before = cpu_seconds(pids)
            outcome = drive(side.port, asked, clients)
            _refuse_bad(side.name, outcome)
            figures[side.name].append((outcome.per_second, (cpu_seconds(pids) - before) / len(outcome.each)))
    return figures


def _refuse_bad(name: str, outcome: Outcome) -> None:
    if bad := {status: n for status, n in outcome.statuses.items() if status >= 300}:
        raise RuntimeError(f"{name}: answers that are not 2xx: {bad}")


def _http_rows(what: str, told: tuple[str, str], figures: Figures, target: float | None) -> list[Row]:
    speed = {who: statistics.median(s for s, _ in found) for who, found in figures.items()}
    cpu = {who: statistics.median(c for _, c in found) * 1000 for who, found in figures.items()}
    ratio = cpu["ours"] / cpu["floor"]
    return [
        Row(f"{what}: per second", *told, f"{speed['floor']:.0f}", f"{speed['ours']:.0f}"),
        Row(f"{what}: CPU ms each", *told, f"{cpu['floor']:.2f}", f"{cpu['ours']:.2f}", ratio, target),
    ]


def _hand_ins(house: House, count: int) -> list[Request]:
    return [_hand_in(number, house.token) for number in range(count)]


def _hand_in(number: int, token: str) -> Request:
    body = {
        "kind": "issue", "title": f"Trasig lykta {number}", "description": "Lyktan vid busshållplatsen är släckt.",
        "reporter": {"name": "Någon", "email": f"nagon{number}@example.se"},
    }  # fmt: skip
    return Request("POST", "/api/v1/cases", json.dumps(body).encode(), _headers(token))


def _headers(token: str) -> tuple[tuple[str, str], ...]:
    return (JSON, ("Authorization", f"Bearer {token}"))


def _changes(house: House, count: int) -> list[Request]:
    open_ones = text(
        """SELECT ref, version FROM "case" WHERE state IN ('received', 'in_progress')
        ORDER BY version, id LIMIT :count"""
    )
    with house.database.engine.connect() as connection:
        found = connection.execute(open_ones, {"count": count}).all()
    return [_change(ref, version, house.token) for ref, version in found]


def _change(ref: str, version: int, token: str) -> Request:
    body = {"to": "in_progress", "note": "Vi har börjat.", "version": version}
    return Request("POST", f"/api/v1/cases/{ref}/changes", json.dumps(body).encode(), _headers(token))


def sweeping(bench: Bench) -> list[Row]:
    """The sweep: 10,000 due among 100,000, and 1,000 due among 10,000 and among 100,000."""
    rows = []
    for kind in ("postgresql", "sqlite"):
        large = _sweep(bench, kind, 100_000, 10_000)
        some = _sweep(bench, kind, 100_000, 1_000)
        few = _sweep(bench, kind, 10_000, 1_000)
        target = 5.0 if kind == "postgresql" else None
        rows += [
            Row("sweep, 10,000 due of 100,000: s", kind, "", f"{large[0]:.2f}", f"{large[1]:.2f}", large[1] / large[0]),
            Row(
                "sweep, 1,000 due of 100,000: s",
                kind,
                "",
                f"{some[0]:.3f}",
                f"{some[1]:.3f}",
                some[1] / some[0],
                target,
            ),
            Row(
                "the same beside 1,000 of 10,000: s", kind, "", f"{few[1]:.3f}", f"{some[1]:.3f}", some[1] / few[1], 1.3
            ),
            Row("sweep, nothing due of 100,000: s", kind, "", "", f"{some[2]:.4f}"),
        ]
    return rows


def _sweep(bench: Bench, kind: str, count: int, due: int) -> tuple[float, float, float]:
    """Give seconds of the floor, of the sweep, and of a sweep with nothing due: the medians of some rounds."""
    rounds = [_sweep_once(bench, kind, bench.some(count), bench.some(due)) for _ in range(bench.rounds)]
    floors, ours, idle = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    return floors, ours, idle


def _sweep_once(bench: Bench, kind: str, count: int, due: int) -> tuple[float, float, float]:
    plain, house = bench.house(kind).database, bench.house(kind).database
    for database in (plain, house):
        seed(database, count, due, MORNING)
    try:
        return (
            _seconds(lambda: floor_sweep(plain, MORNING)),
            _seconds(lambda: sweep(house, now=MORNING)),
            _seconds(lambda: sweep(house, now=MORNING)),
        )
    finally:
        plain.close()
        house.close()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def first_page(bench: Bench) -> list[Row]:
    """The desk's first page, and the API's first page of what is overdue, with 1,000 and 100,000 cases."""
    rows = []
    for kind in ("postgresql", "sqlite"):
        few, many = (_first_page(bench, kind, count) for count in (1_000, 100_000))
        for path, small in few.items():
            large = many[path]
            rows.append(
                Row(
                    f"GET {path}: p50 ms, 1,000 | 100,000",
                    kind,
                    "1",
                    f"{small:.1f}",
                    f"{large:.1f}",
                    large / small,
                    1.5,
                )
            )
    return rows


PAGES = (
    "/skrivbord",
    "/api/v1/cases?overdue=true&sort=due",
    "/api/v1/cases?responsible=gata&state=assigned",
    "/api/v1/cases?q=lykta",
)


def _first_page(bench: Bench, kind: str, count: int) -> dict[str, float]:
    house = bench.house(kind)
    seed(house.database, bench.some(count), bench.some(count // 100), datetime.now(UTC))
    command = ventil("web", "--port", str(port_of(house)))
    with running(house, command, port=port_of(house)):
        found = {}
        for path in PAGES:
            headers = (("Cookie", house.cookie), *_headers(house.token))  # pages take the one, the API the other
            requests = [Request("GET", path, headers=headers)] * bench.some(100)
            drive(port_of(house), requests[:8], 2)
            outcome = drive(port_of(house), requests, 1)
            if set(outcome.statuses) != {200}:
                raise RuntimeError(f"{path}: {outcome.statuses}")
            found[path] = statistics.median(outcome.each) * 1000
    house.database.close()
    return found


def mail(bench: Bench) -> list[Row]:
    """From change to mail accepted, and letters per second."""
    return [*mailing.latency(bench), *mailing.throughput(bench)]


MEASURES = (over_http, sweeping, first_page, mail)
