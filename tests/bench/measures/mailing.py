"""Mail: the time from a change to its accepted mail on an idle system, and letters per second of one worker."""

import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

from sqlalchemy import text

from bench.ground.accounting import cpu_seconds
from bench.ground.bench import Bench, port_of
from bench.ground.driving import drive, wait_until
from bench.ground.houses import MeasuredHouse, running, ventil
from bench.ground.mail_server import Sink, sink
from bench.measures.changing import changes, hand_ins, refuse_bad
from bench.table import BenchRow, Target, compared
from cases.access.actors import A_VISITOR
from cases.handing_in import Reporter, Request, hand_in
from cases.states import Kind

SEPARATE = (["web"], ["relay"], ["worker"], ["clock"])
EMBEDDED = (["up"],)
TEXT = (
    "Hej!\n\nVi har tagit emot ditt ärende. Vi läser det senast torsdag 26 november 2026.\n\nVänliga hälsningar\n" * 4
)


def house_with_mail(bench: Bench, port: int, kind: str = "postgresql") -> MeasuredHouse:
    """Return an installation that sends its mail to this port, with a broker of its own on PostgreSQL."""
    settings = {"VENTIL_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    if kind == "postgresql":
        settings["VENTIL_REDIS_URL"] = bench.redis_url()
    return bench.house(kind, **settings)


def commands_of(house: MeasuredHouse, words: tuple[list[str], ...]) -> list[list[str]]:
    """Return the command lines of these commands of `ventil`; those that serve pages do so on the house's port."""
    serving, port = {"web", "up"}, ["--port", str(port_of(house))]
    return [ventil(*command, *(port if command[0] in serving else [])) for command in words]


def until_quiet(handler: Sink, house: MeasuredHouse) -> None:
    """Wait until the outbox is relayed and every mail is sent."""
    wait_until(lambda: not _open_work(house) and not _waiting(house), 300)


def _open_work(house: MeasuredHouse) -> int:
    return _counted(house, "SELECT count(*) FROM work WHERE done_at IS NULL")


def _waiting(house: MeasuredHouse) -> int:
    return _counted(house, "SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail'")


def _waits(house: MeasuredHouse, count: int) -> bool:
    return _waiting(house) == count


def _counted(house: MeasuredHouse, query: str) -> int:
    with house.database.reading() as session:
        return int(session.execute(text(query)).scalar_one())


# --- on an idle system ---------------------------------------------------------------------


def latency(bench: Bench) -> list[BenchRow]:
    """Measure the time from a change to its accepted mail on an idle system, and the CPU that idling costs."""
    return [
        *_latency(bench, "postgresql", SEPARATE, Target(250, of="ours")),
        *_latency(bench, "sqlite", EMBEDDED, Target(150, of="ours")),
    ]


def _latency(bench: Bench, kind: str, words: tuple[list[str], ...], target: Target) -> list[BenchRow]:
    where = "PostgreSQL, Valkey" if kind == "postgresql" else "embedded, SQLite"
    with sink() as (handler, port):
        house = house_with_mail(bench, port, kind)
        with running(house, *commands_of(house, words), port=port_of(house)) as pids:
            drive(port_of(house), hand_ins(house, bench.some(60)), 1)
            until_quiet(handler, house)
            idle = _idle(bench, house, dict(zip((command[0] for command in words), pids, strict=True)))
            times = sorted(1000 * _change_to_mail(handler, house) for _ in range(bench.some(60)))
        bench.drop(house)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    return [
        BenchRow("change to mail accepted: p95", where, "ms", p95, target=target, beside=f"p50 {p50:.0f}"),
        BenchRow("idle: CPU of all processes", where, "s a minute", sum(idle.values()),
            beside=", ".join(f"{name} {used:.2f}" for name, used in idle.items())),
    ]  # fmt: skip


def _idle(bench: Bench, house: MeasuredHouse, processes: dict[str, int]) -> dict[str, float]:
    """Return the CPU seconds per minute of each process and each server, by name, while nothing happens."""
    servers = bench.pids(house, [])
    named = processes | dict(zip(("Valkey", "PostgreSQL")[-len(servers) :] if servers else (), servers, strict=True))
    seconds = 3.0 if bench.quick else 60.0
    before = {name: cpu_seconds([pid]) for name, pid in named.items()}
    time.sleep(seconds)
    return {name: (cpu_seconds([pid]) - before[name]) * 60 / seconds for name, pid in named.items()}


def _change_to_mail(handler: Sink, house: MeasuredHouse) -> float:
    """Change one case; return the seconds until the mail server has accepted the reporter's mail."""
    asked = changes(house, 1)
    handler.forget()
    began = time.perf_counter()
    refuse_bad("mail", drive(port_of(house), asked, 1))
    wait_until(lambda: bool(handler.moments), 60)
    return handler.moments[0] - began


# --- letters per second --------------------------------------------------------------------


def letters(bench: Bench) -> list[BenchRow]:
    """Measure letters per second of one worker process, compared with smtplib and a new message each time."""
    count, pairs = bench.some(800), []
    with sink() as (handler, port):
        for _ in range(bench.rounds):
            house = house_with_mail(bench, port)
            hand_in_many(house, count)
            with running(house, ventil("relay")):
                wait_until(partial(_waits, house, count), 180)
            plain = _rate(handler, lambda: _smtplib(port, count), count)
            with running(house, ventil("worker")):
                ours = _rate(handler, lambda: wait_until(lambda: len(handler.moments) >= count, 300), count)
            bench.drop(house)
            pairs.append((plain, ours))
    return [compared("letters of one worker", "PostgreSQL, Valkey", "per second", pairs, Target(0.7, least=True))]


def _rate(handler: Sink, work: Callable[[], object], count: int) -> float:
    """Do the work; return mails per second, from the first one accepted to the last."""
    handler.forget()
    work()
    moments = sorted(handler.moments)[:count]
    return (len(moments) - 1) / (moments[-1] - moments[0])


def hand_in_many(house: MeasuredHouse, count: int) -> None:
    """Hand in so many cases in one transaction, each by a reporter with an address of their own."""
    with house.database.transaction() as session:
        for number in range(count):
            reporter = Reporter(email=f"brev{number}@example.se")
            request = Request(Kind.ISSUE, f"Lykta {number}", "Lyktan är släckt.", reporter=reporter)
            hand_in(session, request, by=A_VISITOR, at=datetime.now(UTC))


def _smtplib(port: int, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "ventil@kommunen.example", f"golv{number}@example.se"
            message["Subject"] = f"Vi har tagit emot ditt ärende {number}"
            message.set_content(TEXT)
            message.add_alternative(f"<html><body><p>{TEXT}</p></body></html>", subtype="html")
            connection.send_message(message)
