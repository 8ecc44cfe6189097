"""Mail: from change to accepted, and letters per second, beside smtplib on one connection."""

from __future__ import annotations

import json
import smtplib
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import services
from aiosmtpd.controller import Controller
from driving import Request as HttpRequest
from driving import drive_one, wait_until
from houses import running, ventil

from cases.handing_in import Reporter, Request, hand_in
from cases.people import A_VISITOR
from cases.states import Kind

if TYPE_CHECKING:
    from measures import Bench, Row

GRANTED = ["worker", "relay", "clock"]
TEXT = (
    "Hej!\n\nVi har tagit emot ditt ärende. Vi läser det senast torsdag 26 november 2026.\n\nVänliga hälsningar\n" * 4
)


class Sink:
    """A mail server that notes when it accepted each recipient's mail."""

    def __init__(self) -> None:
        self.accepted: dict[str, float] = {}

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        for address in envelope.rcpt_tos:
            self.accepted[address] = time.perf_counter()
        return "250 OK"


@contextmanager
def sink() -> Iterator[tuple[Sink, int]]:
    """Run the mail server on loopback."""
    handler, port = Sink(), services.free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def latency(bench: Bench) -> list[Row]:
    """From the answer to a visitor until the mail server has the receipt, on an idle system."""
    from measures import Row, port_of

    rows = []
    for kind, target in (("postgresql", None), ("sqlite", None)):
        with sink() as (handler, port):
            told = {"VENTIL_SMTP_URL": f"smtp://127.0.0.1:{port}"}
            if kind == "postgresql":
                told["VENTIL_REDIS_URL"] = bench.redis_url
            house = bench.house(kind, **told)
            web = [["web"], *([name] for name in GRANTED)] if kind == "postgresql" else [["up"]]
            commands = [ventil(*words, *_port(words, port_of(house))) for words in web]
            with running(house, *commands, port=port_of(house)):
                time.sleep(3)
                times = sorted(_one(handler, port_of(house), n) for n in range(bench.some(60)))
            house.database.close()
        p50, p95 = statistics.median(times) * 1000, times[int(len(times) * 0.95)] * 1000
        rows.append(Row("change to mail accepted: ms p50 | p95", kind, "1", "", f"{p50:.0f} | {p95:.0f}", None, target))
    return rows


def _port(words: list[str], port: int) -> list[str]:
    return ["--port", str(port)] if words[0] in {"web", "up"} else []


def _one(handler: Sink, port: int, number: int) -> float:
    address = f"nagon{number}@example.se"
    body = {"kind": "issue", "title": f"Lykta {number}", "reporter": {"name": "Någon", "email": address}}
    asked = HttpRequest("POST", "/api/v1/cases", json.dumps(body).encode(), (("Content-Type", "application/json"),))
    began = time.perf_counter()
    if drive_one(port, asked) != 201:
        raise RuntimeError("the case was not taken")
    wait_until(lambda: address in handler.accepted, 30)
    return handler.accepted[address] - began


def throughput(bench: Bench) -> list[Row]:
    """Letters per second of one worker process, beside smtplib with each message built anew."""
    from measures import Row

    count = bench.some(1000)
    with sink() as (handler, port):
        plain = count / _smtplib(port, count)
        house = bench.house("postgresql", VENTIL_SMTP_URL=f"smtp://127.0.0.1:{port}", VENTIL_REDIS_URL=bench.redis_url)
        for number in range(count):
            with house.database.transaction() as session:
                reporter = Reporter(email=f"brev{number}@example.se")
                request = Request(Kind.ISSUE, f"Lykta {number}", reporter=reporter)
                hand_in(session, request, by=A_VISITOR, at=datetime.now(UTC))
        with running(house, ventil("relay")):
            wait_until(lambda: _waiting(house.database) == count, 120)
        handler.accepted.clear()
        with running(house, ventil("worker")):
            wait_until(lambda: len(handler.accepted) >= count, 300)
        moments = sorted(handler.accepted.values())
        house.database.close()
    ours = (len(moments) - 1) / (moments[-1] - moments[0])
    return [Row("letters per second", "postgresql", "", f"{plain:.0f}", f"{ours:.0f}", plain / ours)]


def _waiting(database: Any) -> int:
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM delivery WHERE outcome = 'waiting'").scalar_one())


def _smtplib(port: int, count: int) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "ventil@kommunen.example", f"golv{number}@example.se"
            message["Subject"] = f"Vi har tagit emot ditt ärende {number}"
            message.set_content(TEXT)
            message.add_alternative(f"<html><body><p>{TEXT}</p></body></html>", subtype="html")
            connection.send_message(message)
    return time.perf_counter() - began
