"""The installation under test: a world that outlives its processes, and one process that does all of their work.

Relay, worker and clock take turns in one thread, so that the n-th boundary is the same one each time.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dramatiq
from sqlalchemy import bindparam, text
from structlog.testing import capture_logs
from support.servers.mail_server import FakeMailServer

from cases.database.base import UtcDateTime
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.settings import Settings
from notifications.inbound.filing.queue import file_some
from notifications.sending import accepted_letters, kept_connections
from notifications.sending.kept_connections import KeptConnections
from notifications.sending.sending import MailTransport, deliver_some, transport_from
from proof.crashes.boundaries import Boundaries
from proof.crashes.hooks import wall_clock, watch_messages, watched_commits, watched_files
from proof.crashes.mail_connection import WatchedSmtpServer
from proof.crashes.mailboxes import WatchedMailbox, watched_mailbox
from workers.processes.actors import declare_actors
from workers.processes.embedded import void_leases
from workers.queue.broker import Bell, make_broker
from workers.relay.loop import relay_once
from workers.runtime import THREADS, Runtime
from workers.schedule.scheduler import Scheduler

MOST_TURNS = 1000
WAITS = tuple(timedelta(minutes=wait) for wait in (0, 1, 2, 3, 6, 11, 31, 31, 31))  # minutes; longer than every lease
PENDING = {
    "work": "SELECT count(*) FROM work WHERE done_at IS NULL AND set_aside_at IS NULL",
    "ticks": "SELECT count(*) FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL",
    "letters": (
        "SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail'"
        " AND (held_for IS NULL OR next_attempt_at <= :present)"
    ),
    "mails": "SELECT count(*) FROM inbound WHERE outcome = 'waiting'",
    "jobs": "SELECT count(*) FROM schedule WHERE lease_token IS NOT NULL",
}

PASSED = 'SELECT count(*) FROM "case" WHERE next_at <= :present'


class NeverQuiet(Exception):
    """Relay and worker went on finding something to do, without an end."""


@dataclass(frozen=True)
class World:
    """What remains when a process dies: the database, the folder (in the settings), the clock and the mail servers.

    `mailbox` is the one that is read, None where none is.
    """

    name: str  # of its database on the ground
    settings: Settings
    database: Database  # closed between two processes
    clock: MovingClock
    mail: FakeMailServer
    mailbox: WatchedMailbox | None = None

    @property
    def mails(self) -> Path:
        """The journal of the mails that the server of the mailbox took."""
        path = self.settings.var / "mails"
        path.touch()
        return path


class Process:
    """One process of Ventil, with its boundaries counted."""

    def __init__(self, world: World, boundaries: Boundaries) -> None:
        self.world, self.boundaries = world, boundaries
        self.database = world.database
        self.runtime = _make_runtime(self.database, world, boundaries)
        self.clock = Scheduler(self.runtime)
        self.log: list[MutableMapping[str, Any]] = []

    def settle(self) -> None:
        """Let relay and worker do all that is due now; raises `NeverQuiet`."""
        for _ in range(MOST_TURNS):
            if not self._work_once():
                return
        raise NeverQuiet

    def tick(self) -> None:
        """Let the scheduler start what is due, and do all that follows."""
        self.clock.look()
        self.settle()

    def wait(self, time: timedelta) -> None:
        """Let time pass, then let the scheduler start what is due."""
        self.world.clock.now += time
        self.tick()

    def come_to_rest(self) -> list[str]:
        """Let time pass, up to two hours, until nothing is pending; return what still is, one sentence each."""
        self.settle()
        for wait in WAITS:
            if not self.pending():
                return []
            self.wait(wait)
        return [f"never at rest: {pending}" for pending in self.pending()]

    def pending(self) -> list[str]:
        """Return what is pending, as count and kind."""
        with self.database.reading() as session:
            due = bindparam("present", self.world.clock.now, type_=UtcDateTime())
            asked = {name: text(sql) for name, sql in {**PENDING, "moments": PASSED}.items()}
            counts = {
                name: session.scalar(sql.bindparams(due) if ":present" in sql.text else sql)
                for name, sql in asked.items()
            }
        counts["mails in the mailbox"] = self.world.mailbox.unread() if self.world.mailbox else 0
        return [f"{count} {name}" for name, count in counts.items() if count]

    def troubles(self) -> list[str]:
        """Return the errors in the log of the process, one sentence each."""
        return [
            f"in the log: {line['event']} {line.get('error', '')}" for line in self.log if line["log_level"] == "error"
        ]

    def _work_once(self) -> bool:
        worked = [file_some(self.database, self.world.settings) > 0, relay_once(self.runtime), self._handle_messages()]
        return any([*worked, deliver_some(self.database, self.runtime.transport)])

    def _handle_messages(self) -> bool:
        """Run the actors of all queued messages, as dramatiq's threads would; return whether there were any."""
        broker, heard = self.runtime.broker, False
        for queue in broker.queues.values():
            while not queue.empty():
                heard = True
                broker.actors[dramatiq.Message.decode(queue.get_nowait()).actor_name].fn()
        return heard


FOR_EVER = 3600.0  # seconds: when letters are recorded and lines closed must not depend on how fast the machine is


@contextmanager
def running(world: World, boundaries: Boundaries) -> Iterator[Process]:
    """Run a process until the block ends, however it ends."""
    process = Process(world, boundaries)
    try:
        with (
            capture_logs() as process.log,
            wall_clock(world.clock),
            watched_commits(world.database.engine, boundaries),
            watched_files(boundaries),
            patch.object(accepted_letters, "LONGEST_UNRECORDED", FOR_EVER),
            patch.object(kept_connections, "LONGEST_IDLE", FOR_EVER),
            watched_mailbox(world.mailbox, boundaries),
        ):
            yield process
    finally:
        process.database.close()


@contextmanager
def started_again(world: World) -> Iterator[Process]:
    """Run the process that comes after one that died; it does not crash, and begins as `ventil up` does."""
    with running(world, Boundaries()) as process:
        if process.database.is_sqlite:
            void_leases(process.database)
        yield process


def _make_runtime(database: Database, world: World, boundaries: Boundaries) -> Runtime:
    broker = make_broker(None)
    runtime = Runtime(database, world.settings, _transport(world, boundaries), broker, Bell(broker, THREADS))
    declare_actors(runtime, claimed=lambda: None)
    watch_messages(broker, boundaries)
    return runtime


def _transport(world: World, boundaries: Boundaries) -> MailTransport:
    """Return the transport that the settings name, with the fake mail server in memory as mail server."""
    transport = transport_from(world.settings)
    if world.settings.smtp_url is None:
        return transport
    server = WatchedSmtpServer("smtp", "mail.example", 25, mail_server=world.mail, boundaries=boundaries)
    return replace(transport, server=server, kept=KeptConnections(server))
