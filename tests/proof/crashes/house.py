"""The house under proof: a world that outlives its processes, and one process in which all of the house runs.

Relay, worker and clock take their turns in one thread, so that the n-th boundary is the same one each time.
"""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import dramatiq
from sqlalchemy import bindparam, text
from structlog.testing import capture_logs
from support.servers.mail_server import FakeMailServer

from cases.database.base import UtcDateTime
from cases.database.transactions import Database
from cases.demo.moving_clock import MovingClock
from cases.settings import Settings
from notifications.sending.sending import MailTransport, deliver_some, transport_from
from proof.crashes.boundaries import Boundaries
from proof.crashes.hooks import wall_clock, watch_messages, watched_commits, watched_files
from proof.crashes.mail_connection import WatchedSmtpServer
from workers.processes.actors import declare_actors
from workers.processes.embedded import void_leases
from workers.queue.broker import Bell, make_broker
from workers.relay.loop import relay_once
from workers.runtime import THREADS, Runtime
from workers.schedule.scheduler import Scheduler

MOST_TURNS = 1000
WAITS = tuple(timedelta(minutes=wait) for wait in (0, 1, 2, 3, 6, 11, 31, 31, 31))  # over every lease of the house
PENDING = {
    "work": "SELECT count(*) FROM work WHERE done_at IS NULL AND set_aside_at IS NULL",
    "ticks": "SELECT count(*) FROM tick WHERE planned_at IS NULL AND set_aside_at IS NULL",
    "letters": "SELECT count(*) FROM delivery WHERE outcome = 'waiting' AND channel = 'mail'",
    "jobs": "SELECT count(*) FROM schedule WHERE lease_token IS NOT NULL",
}

PASSED = 'SELECT count(*) FROM "case" WHERE next_at <= :present'


class NeverQuiet(Exception):
    """Relay and worker go on for ever."""


@dataclass(frozen=True)
class World:
    """What is still there when a process has died: the database and the folder, the time, and the mail server."""

    name: str  # of the database, on its ground
    settings: Settings
    database: Database  # how it is reached: closed between two lives
    clock: MovingClock
    mail: FakeMailServer


class Process:
    """One life of the house's process, in which boundaries are counted."""

    def __init__(self, world: World, boundaries: Boundaries) -> None:
        self.world, self.boundaries = world, boundaries
        self.database = world.database
        self.workplace = _workplace(self.database, world, boundaries)
        self.clock = Scheduler(self.workplace)
        self.log: list[MutableMapping[str, Any]] = []

    def settle(self) -> None:
        """Let relay and worker do all that they can do now."""
        for _ in range(MOST_TURNS):
            if not self._turn():
                return
        raise NeverQuiet

    def tick(self) -> None:
        """Let the clock look, and whatever follows happen."""
        self.clock.look()
        self.settle()

    def wait(self, time: timedelta) -> None:
        """Let time pass, and the clock look at its end."""
        self.world.clock.now += time
        self.tick()

    def come_to_rest(self) -> list[str]:
        """Let time pass until nothing is pending; give what is pending even then."""
        self.settle()
        for wait in WAITS:
            if not self.pending():
                return []
            self.wait(wait)
        return [f"never at rest: {pending}" for pending in self.pending()]

    def pending(self) -> list[str]:
        """Give what is still to be done, by kind and with its number."""
        with self.database.reading() as session:
            due = bindparam("present", self.world.clock.now, type_=UtcDateTime())
            counts = {name: session.scalar(text(sql)) for name, sql in PENDING.items()}
            counts["moments"] = session.scalar(text(PASSED).bindparams(due))
        return [f"{count} {name}" for name, count in counts.items() if count]

    def troubles(self) -> list[str]:
        """Give what the process wrote into its log as an error."""
        return [
            f"in the log: {line['event']} {line.get('error', '')}" for line in self.log if line["log_level"] == "error"
        ]

    def _turn(self) -> bool:
        worked = [relay_once(self.workplace), self._hear_the_bell()]
        return any([*worked, deliver_some(self.database, self.workplace.post)])

    def _hear_the_bell(self) -> bool:
        """Do what the broker rings for, as dramatiq's threads would; say whether it rang."""
        broker, heard = self.workplace.broker, False
        for queue in broker.queues.values():
            while not queue.empty():
                heard = True
                broker.actors[dramatiq.Message.decode(queue.get_nowait()).actor_name].fn()
        return heard


@contextmanager
def running(world: World, boundaries: Boundaries) -> Iterator[Process]:
    """Run a process until the block ends, however it ends. Each begins as `ventil up` does."""
    process = Process(world, boundaries)
    try:
        with (
            capture_logs() as process.log,
            wall_clock(world.clock),
            watched_commits(world.database.engine, boundaries),
            watched_files(boundaries),
        ):
            yield process
    finally:
        process.database.close()


@contextmanager
def started_again(world: World) -> Iterator[Process]:
    """Run the process that comes after one that died, which no boundary can harm."""
    with running(world, Boundaries()) as process:
        if process.database.is_sqlite:
            void_leases(process.database)
        yield process


def _workplace(database: Database, world: World, boundaries: Boundaries) -> Runtime:
    broker = make_broker(None)
    workplace = Runtime(database, world.settings, _post(world, boundaries), broker, Bell(broker, THREADS))
    declare_actors(workplace, claimed=lambda: None)
    watch_messages(broker, boundaries)
    return workplace


def _post(world: World, boundaries: Boundaries) -> MailTransport:
    """Give the post of the settings; a mail server is the one in memory."""
    post = transport_from(world.settings)
    if world.settings.smtp_url is None:
        return post
    server = WatchedSmtpServer("smtp", "mail.example", 25, mail_server=world.mail, boundaries=boundaries)
    return replace(post, server=server)
