"""The two kinds of installation that a run can have: many processes on PostgreSQL and Redis, or one on SQLite."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from support.servers.dovecot import TestMailbox
from support.servers.services import free_port

from proof.chaos.faults.fault import Fault, FaultScene
from proof.chaos.faults.schedule import (
    OF_MANY_PROCESSES,
    OF_ONE_PROCESS,
    ONLY_AT_LENGTH,
    ONLY_AT_LENGTH_OF_ONE,
    Planned,
    schedule,
)
from proof.chaos.house.ground import ChaosGround
from proof.chaos.house.processes import IMPORTED_FROM, ROOT, ChaosHouse, Launcher, Member
from proof.chaos.house.reaching import connect

SETUP_FILE = ROOT / "tests" / "trips" / "house.toml"
CONTACT, OFFICER = "kontakt@prov.example", "handlaggare@prov.example"
REPLIES_TO, NEW_MAIL_TO = "arende+{token}@prov.example", "arende@prov.example"
LOOPBACK = "127.0.0.1"
STARTS_WITHIN = 60.0
AT_LENGTH = 300.0  # seconds from which a run has time for the slow faults


@dataclass(frozen=True)
class HouseKind:
    """One kind of installation: its processes, its settings, and the faults that can strike it."""

    name: str
    serving: tuple[tuple[str, ...], ...]  # the command line of each process that serves HTTP
    others: tuple[str, ...]  # the command of each other process
    settings: Callable[[ChaosGround], dict[str, str]]
    short: Mapping[str, Fault]
    at_length: Mapping[str, Fault]
    fixed: tuple[Planned, ...] = ()  # a schedule of its own, whatever the seed
    clients: int = 4

    def deck(self, seconds: float) -> dict[str, Fault]:
        """Return the faults that a run of so many seconds has time for, by name."""
        return {**self.short, **(self.at_length if seconds >= AT_LENGTH else {})}

    def planned(self, seconds: float, seed: int) -> Sequence[Planned]:
        """Return the faults of a run in the order of their times: the fixed ones, else those of the seed."""
        return self.fixed or schedule(self.deck(seconds), seconds, seed)


def fresh_database(ground: ChaosGround) -> str:
    """Make an empty database on the run's PostgreSQL server, and return its URL."""
    name = f"chaos_{secrets.token_hex(4)}"
    with connect(ground.postgres.url) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on')  # no commit may die with a process
    return urlunsplit(urlsplit(ground.postgres.url)._replace(path=f"/{name}"))


def _on_servers(ground: ChaosGround) -> dict[str, str]:
    return {"VENTIL_DATABASE_URL": fresh_database(ground), "VENTIL_REDIS_URL": ground.redis.url}


def _on_sqlite(ground: ChaosGround) -> dict[str, str]:
    return {"VENTIL_DATABASE_URL": f"sqlite:///{ground.folder / f'chaos-{secrets.token_hex(4)}.sqlite3'}"}


GROWN_UP = HouseKind(
    "2 web, 2 relays, 2 workers, 2 clocks on PostgreSQL and Redis",
    (("web", "--processes", "1"),) * 2,
    ("relay", "relay", "worker", "worker", "clock", "clock"),
    _on_servers,
    OF_MANY_PROCESSES,
    ONLY_AT_LENGTH,
)
EMBEDDED = HouseKind("one process on SQLite", (("up",),), (), _on_sqlite, OF_ONE_PROCESS, ONLY_AT_LENGTH_OF_ONE)


@contextmanager
def open_house(kind: HouseKind, ground: ChaosGround, launcher: Launcher) -> Iterator[FaultScene]:
    """Yield an installation of this kind, set up and with all its processes running; it is closed whatever happens."""
    folder = ground.folder / f"house-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    ports = [free_port() for _ in kind.serving]
    mailbox = ground.dovecot.mailbox(f"arende-{secrets.token_hex(4)}@prov.example")
    mailbox.mails()  # which makes it, also for those who read its files
    environment = _environment(folder, ground, ports[0], kind.settings(ground) | _mail_in(mailbox))
    house = ChaosHouse(folder, environment, _members(kind, ports), launcher)
    house.command("migrate")
    house.command("load", str(SETUP_FILE))
    webs = tuple(f"http://{LOOPBACK}:{port}" for port in ports)
    contact = house.command("token", CONTACT).split()[-1]
    try:
        house.open()
        for member in house.members.values():
            house.await_ready(member, STARTS_WITHIN)
        yield FaultScene(ground, house, environment["VENTIL_DATABASE_URL"], webs, contact, mailbox)
    finally:
        house.close()


def _mail_in(mailbox: TestMailbox) -> dict[str, str]:
    return {"VENTIL_MAIL_IN": mailbox.url(), "VENTIL_MAIL_REPLY": REPLIES_TO, "VENTIL_MAIL_SECONDS": "2"}


def _members(kind: HouseKind, ports: list[int]) -> dict[str, Member]:
    words: list[tuple[str, ...]] = [(*one, "--port", str(port)) for one, port in zip(kind.serving, ports, strict=True)]
    words += [(name,) for name in kind.others]
    members: dict[str, Member] = {}
    for one in words:
        name = f"{one[0]} {sum(member.kind == one[0] for member in members.values()) + 1}"
        members[name] = Member(name, one)
    return members


def _environment(folder: Path, ground: ChaosGround, port: int, settings: dict[str, str]) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("VENTIL_", "PG"))}
    return plain | {
        "PYTHONPATH": IMPORTED_FROM,
        "VENTIL_SMTP_URL": ground.sink.url,
        "VENTIL_MAIL_FROM": "ventil@prov.example",
        "VENTIL_BASE_URL": f"http://{LOOPBACK}:{port}",
        "VENTIL_SECRET_KEY": "used by the chaos and its clients, and nowhere else",
        "VENTIL_RATE_LIMITS": "off",
        "VENTIL_SWEEP_SECONDS": "2",
        "VENTIL_VAR": str(folder / "var"),
        **settings,
    }
