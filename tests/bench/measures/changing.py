"""Over HTTP: handing in and changes of state, beside a bare Flask page that writes the same rows."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy import text
from support.servers import services

from bench.ground.accounting import cpu_seconds
from bench.ground.bench import Bench, port_of
from bench.ground.driving import LoadOutcome, LoadRequest, drive
from bench.ground.houses import MeasuredHouse, floor, running, ventil
from bench.table import BenchRow, Target, compared

JSON = ("Content-Type", "application/json")
HAND_IN, CHANGE = Target(2.2), Target(2.0)
Requests = Callable[[MeasuredHouse, int], list[LoadRequest]]


@dataclass
class BenchSide:
    """The floor or Ventil, as it runs."""

    name: str
    house: MeasuredHouse
    port: int
    pids: list[int]


def over_http(bench: Bench) -> list[BenchRow]:
    """Handing in and changes of state over HTTP."""
    return [row for kind in ("postgresql", "sqlite") for row in _on(bench, kind)]


def _on(bench: Bench, kind: str) -> list[BenchRow]:
    rows: list[BenchRow] = []
    with ExitStack() as stack:
        ours, plain, port = bench.house(kind), bench.house(kind), services.free_port()
        served = ventil("web", "--port", str(port_of(ours)), "--processes", "2" if kind == "postgresql" else "1")
        sides = (
            BenchSide("floor", plain, port, stack.enter_context(running(plain, floor(plain.url, port), port=port))),
            BenchSide("ours", ours, port_of(ours), stack.enter_context(running(ours, served, port=port_of(ours)))),
        )
        for what, requests, target in (("hand in", hand_ins, HAND_IN), ("change of state", changes, CHANGE)):
            for clients in (1, 4):
                for side in sides:  # a server's first answers cost more
                    drive(side.port, requests(side.house, 16), clients)
                rows += _rows(bench, what, sides, requests, clients, target if kind == "postgresql" else None)
    for side in sides:
        bench.drop(side.house)
    return rows


def _rows(bench: Bench, what: str, sides: tuple[BenchSide, ...], requests: Requests, clients: int,
          target: Target | None) -> list[BenchRow]:  # fmt: skip
    """Drive both sides in turn, some rounds."""
    count = bench.some(600)
    rounds = [[_driven(bench, side, requests(side.house, count), clients) for side in sides]
              for _ in range(bench.rounds)]  # fmt: skip
    where = f"{'SQLite' if sides[0].house.database.is_sqlite else 'PostgreSQL'}, {clients} client{'s'[: clients - 1]}"
    speeds = [tuple(1 / seconds for seconds, _ in one) for one in rounds]
    cpu = [tuple(1000 * used for _, used in one) for one in rounds]
    return [
        compared(f"{what} over HTTP: CPU of all processes", where, "ms each", cpu, target),
        compared(f"{what} over HTTP: speed", where, "per second", speeds),
    ]


def _driven(bench: Bench, side: BenchSide, asked: list[LoadRequest], clients: int) -> tuple[float, float]:
    """Give seconds and CPU seconds, each per request."""
    pids = bench.pids(side.house, side.pids)
    before = cpu_seconds(pids)
    outcome = drive(side.port, asked, clients)
    refuse_bad(side.name, outcome)
    return 1 / outcome.per_second, (cpu_seconds(pids) - before) / len(outcome.each)


def refuse_bad(name: str, outcome: LoadOutcome) -> None:
    """Raise when an answer was not 2xx: what is refused costs nothing."""
    if bad := {status: n for status, n in outcome.statuses.items() if status >= 300}:
        raise RuntimeError(f"{name}: answers that are not 2xx: {bad}")


def hand_ins(house: MeasuredHouse, count: int) -> list[LoadRequest]:
    """Give requests that hand in one case each, by somebody with a mail address of their own."""
    return [_hand_in(number, house.token) for number in range(count)]


def _hand_in(number: int, token: str) -> LoadRequest:
    body = {
        "kind": "issue", "title": f"Trasig lykta {number}", "description": "Lyktan vid busshållplatsen är släckt.",
        "reporter": {"name": "Någon", "email": f"nagon{number}@example.se"},
    }  # fmt: skip
    return LoadRequest("POST", "/api/v1/cases", json.dumps(body).encode(), headers(token))


def headers(token: str) -> tuple[tuple[str, str], ...]:
    """Give the headers of a call with this token."""
    return (JSON, ("Authorization", f"Bearer {token}"))


def changes(house: MeasuredHouse, count: int) -> list[LoadRequest]:
    """Give requests that begin, or go on with, one case each: those with the lowest version first."""
    open_ones = text(
        """SELECT ref, version FROM "case" WHERE state IN ('received', 'in_progress')
        ORDER BY version, id LIMIT :count"""
    )
    with house.database.engine.connect() as connection:
        found = connection.execute(open_ones, {"count": count}).all()
    return [change(ref, version, house.token) for ref, version in found]


def change(ref: str, version: int, token: str) -> LoadRequest:
    """Give the request that says that somebody works on the case."""
    body = {"to": "in_progress", "note": "Vi har börjat.", "version": version}
    return LoadRequest("POST", f"/api/v1/cases/{ref}/changes", json.dumps(body).encode(), headers(token))
