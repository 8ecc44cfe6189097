"""Handing in and changes of state over HTTP, compared with a bare Flask app that writes the same rows."""

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
    """One side of the comparison as it runs: the floor, or Ventil ("ours")."""

    name: str
    house: MeasuredHouse
    port: int
    pids: list[int]


def over_http(bench: Bench) -> list[BenchRow]:
    """Measure handing in and changes of state over HTTP."""
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
    """Put the same load on both sides in turn, for some rounds."""
    count = bench.some(600)
    rounds = [[_cost_of_one(bench, side, requests(side.house, count), clients) for side in sides]
              for _ in range(bench.rounds)]  # fmt: skip
    where = f"{'SQLite' if sides[0].house.database.is_sqlite else 'PostgreSQL'}, {clients} client{'s'[: clients - 1]}"
    speeds = [(1 / floor[0], 1 / ours[0]) for floor, ours in rounds]
    cpu = [(1000 * floor[1], 1000 * ours[1]) for floor, ours in rounds]
    return [
        compared(f"{what} over HTTP: CPU of all processes", where, "ms each", cpu, target),
        compared(f"{what} over HTTP: speed", where, "per second", speeds),
    ]


def _cost_of_one(bench: Bench, side: BenchSide, requests: list[LoadRequest], clients: int) -> tuple[float, float]:
    """Send the requests; return wall-clock seconds and CPU seconds of all processes, each per request."""
    pids = bench.pids(side.house, side.pids)
    before = cpu_seconds(pids)
    outcome = drive(side.port, requests, clients)
    refuse_bad(side.name, outcome)
    return 1 / outcome.per_second, (cpu_seconds(pids) - before) / len(outcome.each)


def refuse_bad(name: str, outcome: LoadOutcome) -> None:
    """Raise `RuntimeError` when a response was not 2xx, since a refused request costs nothing."""
    if bad := {status: n for status, n in outcome.statuses.items() if status >= 300}:
        raise RuntimeError(f"{name}: answers that are not 2xx: {bad}")


def hand_ins(house: MeasuredHouse, count: int) -> list[LoadRequest]:
    """Return requests that hand in one case each, by a reporter with a mail address of their own."""
    return [_hand_in(number, house.token) for number in range(count)]


def _hand_in(number: int, token: str) -> LoadRequest:
    body = {
        "kind": "issue", "title": f"Trasig lykta {number}", "description": "Lyktan vid busshållplatsen är släckt.",
        "reporter": {"name": "Någon", "email": f"nagon{number}@example.se"},
    }  # fmt: skip
    return LoadRequest("POST", "/api/v1/cases", json.dumps(body).encode(), headers(token))


def headers(token: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of an API call with this token."""
    return (JSON, ("Authorization", f"Bearer {token}"))


def changes(house: MeasuredHouse, count: int) -> list[LoadRequest]:
    """Return requests that change one case each to in progress, those with the lowest version first."""
    cases = text(
        """SELECT ref, version FROM "case" WHERE state IN ('received', 'in_progress')
        ORDER BY version, id LIMIT :count"""
    )
    with house.database.engine.connect() as connection:
        found = connection.execute(cases, {"count": count}).all()
    return [change(ref, version, house.token) for ref, version in found]


def change(ref: str, version: int, token: str) -> LoadRequest:
    """Return the request that changes the case to in progress."""
    body = {"to": "in_progress", "note": "Vi har börjat.", "version": version}
    return LoadRequest("POST", f"/api/v1/cases/{ref}/changes", json.dumps(body).encode(), headers(token))
